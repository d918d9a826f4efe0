package analysis

import (
	"math"
	"slices"
	"strings"

	"eisweep/internal/measures"
	"eisweep/internal/table"
	"eisweep/sim"
)

// newTable returns the table of results, with a row for each and a column for each parameter that varies.
func newTable(found []Result, values []measures.Values) *table.Table {
	t := &table.Table{Columns: []table.Column{
		text("sweep", table.Origin, found, func(r *Result) string { return r.Sweep }),
		text("id", table.Identity, found, func(r *Result) string { return r.ID.String() }),
		text("file", table.Identity, found, func(r *Result) string { return r.Name }),
	}}
	if severalExperiments(found) {
		c := text(experimentColumn, table.Parameter, found, func(r *Result) string { return string(r.Experiment) })
		t.Columns = append(t.Columns, c)
	}
	varying, _ := varyingNames(found)
	for _, name := range varying {
		t.Columns = append(t.Columns, parameterColumn(name, found))
	}
	t.Columns = append(t.Columns, seed("seed", found, func(r *Result) *uint32 { return r.Seed }))
	if slices.ContainsFunc(found, func(r Result) bool { return r.SourceSeed != nil }) {
		t.Columns = append(t.Columns, seed("source_seed", found, func(r *Result) *uint32 { return r.SourceSeed }))
	}
	t.Columns = append(t.Columns,
		text("state", table.Fact, found, func(r *Result) string { return r.State }),
		text("quality", table.Fact, found, (*Result).judgement),
		text("reasons", table.Fact, found, func(r *Result) string {
			if r.judgement() == "" {
				return ""
			}
			return strings.Join(r.Quality.Verdict().Names(), " ")
		}),
		numbers("seconds", "s", table.Number, table.Fact, found, func(i int) float64 {
			if l := found[i].Line; l != nil && l.Seconds > 0 {
				return l.Seconds
			}
			return math.NaN()
		}),
		text("host", table.Fact, found, func(r *Result) string {
			if r.Line == nil {
				return ""
			}
			return r.Line.Host
		}))
	for m, measure := range measures.All() {
		t.Columns = append(t.Columns, numbers(measure.Name, measure.Unit, table.Number, table.Measure, found, func(i int) float64 {
			if values[i] == nil {
				return math.NaN()
			}
			return values[i][m]
		}))
	}
	return t
}

func text(name string, role table.Role, found []Result, of func(*Result) string) table.Column {
	c := table.Column{Name: name, Kind: table.Text, Role: role, Text: make([]string, len(found))}
	for i := range found {
		c.Text[i] = of(&found[i])
	}
	return c
}

func numbers(name, unit string, kind table.Kind, role table.Role, found []Result, of func(int) float64) table.Column {
	c := table.Column{Name: name, Unit: unit, Kind: kind, Role: role, Numbers: make([]float64, len(found))}
	for i := range found {
		c.Numbers[i] = of(i)
	}
	return c
}

func seed(name string, found []Result, of func(*Result) *uint32) table.Column {
	return numbers(name, "", table.Integer, table.Seed, found, func(i int) float64 {
		if s := of(&found[i]); s != nil {
			return float64(*s)
		}
		return math.NaN()
	})
}

// varyingNames lists the parameters in the names of a sweep's files, those that differ between the other files, and those that differ
// between several sweeps. It returns the last again: each sweep has one value of them.
func varyingNames(found []Result) (names, between []string) {
	var all, files []*Result
	for i := range found {
		all = append(all, &found[i])
		if found[i].Sweep == "" {
			files = append(files, &found[i])
			continue
		}
		for _, s := range found[i].Varying {
			if !slices.Contains(names, s.Name) {
				names = append(names, s.Name)
			}
		}
	}
	for _, p := range sim.Table() {
		if !slices.Contains(names, p.Name) && differs(files, p.Name) {
			names = append(names, p.Name)
		}
	}
	if !severalSweeps(found) {
		return names, nil
	}
	for _, p := range sim.Table() {
		if !slices.Contains(names, p.Name) && differs(all, p.Name) {
			between = append(between, p.Name)
		}
	}
	return append(names, between...), between
}

// differs reports whether results have several values of a parameter.
func differs(found []*Result, name string) bool {
	var first sim.Value
	known := false
	for _, r := range found {
		v, ok := r.parameter(name)
		switch {
		case !ok:
		case !known:
			first, known = v, true
		case v != first:
			return true
		}
	}
	return false
}

// parameterColumn holds the values of a parameter: numbers, unless some are words.
func parameterColumn(name string, found []Result) table.Column {
	c := table.Column{Name: name, Kind: table.Integer, Role: table.Parameter, Text: make([]string, len(found)),
		Numbers: make([]float64, len(found))}
	if p, err := sim.Lookup(name); err == nil {
		c.Unit = p.Unit
	}
	for i := range found {
		c.Numbers[i] = math.NaN()
		v, ok := found[i].parameter(name)
		if !ok {
			continue
		}
		c.Text[i] = v.String()
		switch x := v.Any().(type) {
		case int:
			c.Numbers[i] = float64(x)
		case float64:
			c.Numbers[i] = x
			if c.Kind == table.Integer {
				c.Kind = table.Number
			}
		default:
			c.Kind = table.Text
		}
	}
	if c.Kind == table.Text {
		c.Numbers = nil
	} else {
		c.Text = nil
	}
	return c
}
