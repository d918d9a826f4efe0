package analysis

import (
	"slices"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/table"
	"eisweep/sim"
)

// experimentColumn is the column that results of several experiments have.
const experimentColumn = "experiment"

// severalSweeps reports whether results are of several sweeps, or of a sweep and files.
func severalSweeps(found []Result) bool {
	return slices.ContainsFunc(found, func(r Result) bool { return r.Sweep != found[0].Sweep })
}

func severalExperiments(found []Result) bool {
	known := ""
	for i := range found {
		switch x := string(found[i].Experiment); {
		case x == "" || x == known:
		case known == "":
			known = x
		default:
			return true
		}
	}
	return false
}

// separating are the columns that tell results of several sweeps apart which should not be averaged: the experiment, and parameters of
// which each sweep has one value. Parameters that have the experiment's default everywhere follow from the experiment.
func separating(found []Result) (names []string) {
	if severalExperiments(found) {
		names = append(names, experimentColumn)
	}
	_, between := varyingNames(found)
	return append(names, slices.DeleteFunc(between, func(name string) bool { return isDefault(found, name) })...)
}

// isDefault reports whether no result has another value of a parameter than the default of its experiment.
func isDefault(found []Result, name string) bool {
	p, err := sim.Lookup(name)
	if err != nil {
		return false
	}
	defaults := map[sim.Experiment]sim.Value{}
	return !slices.ContainsFunc(found, func(r Result) bool {
		v, ok := r.parameter(name)
		if !ok {
			return false
		}
		if _, known := defaults[r.Experiment]; !known {
			tree := sim.Defaults(r.Experiment)
			defaults[r.Experiment] = p.Get(&tree)
		}
		return v != defaults[r.Experiment]
	})
}

// differing reports whether some of the rows have several values in a column.
func differing(c *table.Column, rows []int) bool {
	return slices.ContainsFunc(rows, func(row int) bool { return c.Exact(row) != c.Exact(rows[0]) })
}

func allRows(t *table.Table) []int {
	rows := make([]int, t.Len())
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// pooled are the sweeps and parameters that differ within a group of rows that have the same values in other columns.
func pooled(t *table.Table, rows []int, by []*table.Column) (names []string) {
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Role != table.Parameter && c.Role != table.Origin || slices.Contains(by, c) {
			continue
		}
		first := map[string]string{}
		for _, row := range rows {
			label, value := rowLabel(by, row), c.Exact(row)
			if was, known := first[label]; known && was != value {
				names = append(names, c.Name)
				break
			}
			first[label] = value
		}
	}
	return names
}

// notePooled names what differs within groups.
func notePooled(e *cli.Env, t *table.Table, rows []int, by []*table.Column) {
	if names := pooled(t, rows, by); len(names) > 0 {
		e.Notef("pooled: groups contain several values of %s; --by and --where separate them", strings.Join(names, ", "))
	}
}
