package analysis

import (
	"errors"
	"slices"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/figures/drawing"
	"eisweep/internal/measures"
	"eisweep/internal/table"
	"eisweep/sim"
)

// sample holds the results that are drawn, and their parameters.
type sample struct {
	found []Result
	table *table.Table
	rows  []int // of the table, and places in found

	dropped int // the suspect results among those that meet the conditions, if they are left out
}

// sample chooses the results that exist and meet the conditions.
func (o *plotOptions) sample(values []measures.Values) (*sample, error) {
	found := o.choice.found
	if values == nil {
		values = make([]measures.Values, len(found))
	}
	s := &sample{found: found, table: newTable(found, values)}
	meets, err := matcher(s.table, found, o.conditions)
	if err != nil {
		return nil, err
	}
	results := 0
	for i := range found {
		if found[i].Path == "" {
			continue
		}
		results++
		switch {
		case !meets(i):
		case o.suspect == dropSuspects && found[i].judgement() == suspect:
			s.dropped++
		default:
			s.rows = append(s.rows, i)
		}
	}
	switch {
	case results == 0:
		return nil, cli.Usagef("there is no result to draw")
	case len(s.rows) == 0:
		return nil, cli.Usagef("none of %s meets --where and --suspect", cli.Count(results, "result"))
	}
	return s, nil
}

func allOf(n int, is func(int) bool) bool {
	for i := range n {
		if !is(i) {
			return false
		}
	}
	return true
}

// varying are the parameters that differ between the rows.
func (s *sample) varying() (columns []*table.Column) {
	for i := range s.table.Columns {
		c := &s.table.Columns[i]
		if c.Role == table.Parameter && len(s.values(c)) > 1 {
			columns = append(columns, c)
		}
	}
	return columns
}

// values are the values of a column in the rows, each once: numbers by size, words in the order in which they appear.
func (s *sample) values(c *table.Column) (values []string) {
	at := map[string]int{}
	for _, row := range s.rows {
		if v := c.Exact(row); at[v] == 0 {
			at[v] = row + 1
			values = append(values, v)
		}
	}
	if c.Kind != table.Text {
		slices.SortStableFunc(values, func(a, b string) int {
			return int(sign(c.Numbers[at[a]-1] - c.Numbers[at[b]-1]))
		})
	}
	return values
}

func sign(x float64) float64 {
	switch {
	case x < 0:
		return -1
	case x > 0:
		return 1
	}
	return 0 // also of NaN
}

// suitable returns the default figure: influence for PERTURB; otherwise the co-tuning, against a numeric parameter if one varies, else
// as a distribution.
func (s *sample) suitable() string {
	if s.found[s.rows[0]].Experiment == sim.Perturb {
		return "influence"
	}
	if slices.ContainsFunc(s.varying(), func(c *table.Column) bool { return c.Kind != table.Text }) {
		return "cc_median"
	}
	return "cotuning"
}

// isPlastic is the parameter by which results are grouped by default.
const isPlastic = "pl.is_plastic"

// grouping returns the columns that --by names; by default pl.is_plastic, or the only parameter that varies. The parameters in except
// vary along the axes. Columns that separate several sweeps are added.
func (o *plotOptions) grouping(s *sample, except ...*table.Column) (columns []*table.Column, err error) {
	if o.by == noNames {
		return nil, nil
	}
	if columns, err = o.chosenGrouping(s, except); err != nil {
		return nil, err
	}
	for _, name := range separating(s.found) {
		c := s.table.Column(name)
		if !slices.Contains(columns, c) && !slices.Contains(except, c) && differing(c, s.rows) {
			columns = append(columns, c)
		}
	}
	return columns, nil
}

func (o *plotOptions) chosenGrouping(s *sample, except []*table.Column) (columns []*table.Column, err error) {
	for _, name := range names(o.by) {
		c, err := s.table.Find(name)
		if err == nil && c.Role == table.Measure {
			err = errors.New(name + " is a measure: group by parameters")
		}
		if err != nil {
			return nil, cli.Usagef("--by %s: %w", o.by, err)
		}
		columns = append(columns, c)
	}
	if o.by != "" {
		return columns, nil
	}
	varying := slices.DeleteFunc(s.varying(), func(c *table.Column) bool { return slices.Contains(except, c) })
	for _, c := range varying {
		if c.Name == isPlastic || len(varying) == 1 && len(s.values(c)) <= drawing.MaxSeries {
			return []*table.Column{c}, nil
		}
	}
	return nil, nil
}

// cluster holds the rows of one group.
type cluster struct {
	label string
	color int
	rows  []int
}

// clusters are the groups of the rows. Colours follow the order of all groups of the table, so that they do not change with --where.
func (s *sample) clusters(by []*table.Column) (clusters []cluster, err error) {
	if len(by) == 0 {
		return []cluster{{rows: s.rows}}, nil
	}
	whole := &sample{found: s.found, table: s.table}
	for i := range s.found {
		whole.rows = append(whole.rows, i)
	}
	exists, drawn := map[string]bool{}, map[string][]int{}
	for _, row := range whole.rows {
		exists[rowLabel(by, row)] = true
	}
	for _, row := range s.rows {
		drawn[rowLabel(by, row)] = append(drawn[rowLabel(by, row)], row)
	}
	labels := slices.DeleteFunc(whole.labels(by), func(label string) bool { return !exists[label] })
	for color, label := range labels {
		if c := (cluster{label: label, color: color, rows: drawn[label]}); len(c.rows) > 0 {
			clusters = append(clusters, c)
		}
	}
	if len(clusters) > drawing.MaxSeries {
		return nil, cli.Usagef("--by gives %d lines, but only %d can be told apart: choose some with --where, or other parameters with --by",
			len(clusters), drawing.MaxSeries)
	}
	return clusters, nil
}

// labels are the groups of the rows, in the order of the values.
func (s *sample) labels(by []*table.Column) []string {
	labels := []string{""}
	for i, c := range by {
		var longer []string
		for _, label := range labels {
			for _, v := range s.values(c) {
				if i > 0 {
					v = label + ", " + v
				}
				longer = append(longer, v)
			}
		}
		labels = longer
	}
	return labels
}

func rowLabel(by []*table.Column, row int) (label string) {
	for i, c := range by {
		if i > 0 {
			label += ", "
		}
		label += c.Exact(row)
	}
	return label
}
