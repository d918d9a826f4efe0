package table

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"eisweep/sim"
)

// Condition is a column and the value that rows have in it.
type Condition struct{ Name, Value string }

func (c Condition) String() string { return c.Name + "=" + c.Value }

// ErrNoPairs means that no row has a counterpart.
var ErrNoPairs = errors.New("no pairs")

// Versus summarizes the differences between rows and their baselines. The baseline of a row is the row that meets the conditions and has
// the same seeds and other parameters, except for those that it has no value of. A pair counts for the measures that both rows have. The
// differences are grouped by the named columns and those of the conditions; without names, by all parameters, so that they are summarized
// over seeds. Without measures, the result has all measures. Versus also returns the number of rows without a baseline.
//
// The error wraps ErrNoPairs if no row has a baseline, and the error of the context if that ended.
func Versus(ctx context.Context, t *Table, base []Condition, names, measures []string) (out *Table, unpaired int, err error) {
	p, err := pairUp(t, base)
	if err != nil {
		return nil, 0, err
	}
	by, err := p.grouping(names)
	if err != nil {
		return nil, 0, err
	}
	columns, err := t.measured(measures)
	if err != nil {
		return nil, 0, err
	}
	out, err = p.summarize(ctx, by, columns)
	return out, p.unpaired, err
}

// pairing is which rows have which baseline.
type pairing struct {
	table    *Table
	base     []Condition
	fixed    []*Column // the columns of the conditions
	equal    []*Column // what rows and baselines have in common
	baseline map[int]int
	unpaired int
}

func pairUp(t *Table, base []Condition) (*pairing, error) {
	p := &pairing{table: t, base: base, baseline: map[int]int{}}
	for _, c := range base {
		column, err := t.Find(c.Name)
		if err != nil {
			return nil, err
		}
		if column.Role != Parameter && column.Role != Origin {
			return nil, fmt.Errorf("%s is not a parameter", c.Name)
		}
		p.fixed = append(p.fixed, column)
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		if (c.Role == Parameter || c.Role == Seed || c.Role == Origin) && !slices.Contains(p.fixed, c) {
			p.equal = append(p.equal, c)
		}
	}
	return p, p.match()
}

// match finds the baseline of every row.
func (p *pairing) match() error {
	baselines := baselineIndex{rows: map[string]int{}}
	for row := range p.table.Len() {
		if !p.isBaseline(row) || !p.hasSeed(row) {
			continue
		}
		if !baselines.add(p.applying(row), row) {
			return fmt.Errorf("several rows with %s have %s: leave out one of the sweeps or files", p.conditions(), p.common(row))
		}
	}
	for row := range p.table.Len() {
		if p.isBaseline(row) {
			continue
		}
		if at, ok := baselines.find(row); ok && p.hasSeed(row) {
			p.baseline[row] = at
		} else {
			p.unpaired++
		}
	}
	if len(p.baseline) == 0 {
		return p.noPairs(len(baselines.rows))
	}
	return nil
}

// applying are the columns that a baseline has in common with its rows: all but the parameters that do not apply to it.
func (p *pairing) applying(row int) []*Column {
	return slices.DeleteFunc(slices.Clone(p.equal), func(c *Column) bool { return c.Role == Parameter && c.Missing(row) })
}

// baselineIndex finds baselines by the values of the columns that apply to them.
type baselineIndex struct {
	columns [][]*Column // each combination once, the longest first
	rows    map[string]int
}

// add adds a baseline. It reports whether it is the first with its values.
func (x *baselineIndex) add(columns []*Column, row int) bool {
	if !slices.ContainsFunc(x.columns, func(other []*Column) bool { return slices.Equal(columns, other) }) {
		x.columns = append(x.columns, columns)
		slices.SortStableFunc(x.columns, func(a, b []*Column) int { return len(b) - len(a) })
	}
	k := namedKey(columns, row)
	_, twice := x.rows[k]
	x.rows[k] = row
	return !twice
}

func (x *baselineIndex) find(row int) (at int, ok bool) {
	for _, columns := range x.columns {
		if at, ok = x.rows[namedKey(columns, row)]; ok {
			return at, true
		}
	}
	return 0, false
}

// namedKey is a key that differs between combinations of columns.
func namedKey(columns []*Column, row int) string {
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	return strings.Join(names, ",") + " " + key(columns, row)
}

func (p *pairing) isBaseline(row int) bool {
	for i, c := range p.fixed {
		if c.Exact(row) != p.base[i].Value {
			return false
		}
	}
	return true
}

// hasSeed reports whether the task's own seed is known; files of the published program don't contain it.
func (p *pairing) hasSeed(row int) bool {
	i := slices.IndexFunc(p.equal, func(c *Column) bool { return c.Role == Seed })
	return i >= 0 && !p.equal[i].Missing(row)
}

func (p *pairing) conditions() string {
	texts := make([]string, len(p.base))
	for i, c := range p.base {
		texts[i] = c.String()
	}
	return strings.Join(texts, " and ")
}

// common is what a row has in common with its baseline.
func (p *pairing) common(row int) string {
	var texts []string
	for _, c := range p.equal {
		if !c.Missing(row) {
			texts = append(texts, c.Name+"="+c.Exact(row))
		}
	}
	return strings.Join(texts, " ")
}

func (p *pairing) noPairs(baselines int) error {
	if baselines > 0 {
		var names []string
		for _, c := range p.equal {
			names = append(names, c.Name)
		}
		return fmt.Errorf("%w: no row is equal to one with %s in all of %s; if parameters vary together, give a --vs for each",
			ErrNoPairs, p.conditions(), strings.Join(names, ", "))
	}
	for i, c := range p.fixed {
		values := distinct(c)
		if slices.Contains(values, p.base[i].Value) {
			continue
		}
		near := ""
		if word := sim.Nearest(p.base[i].Value, values); word != "" && c.Kind == Text {
			near = "; did you mean " + word + "?"
		}
		return fmt.Errorf("%w: no row has %s; the values are %s%s", ErrNoPairs, p.base[i], shortList(values), near)
	}
	return fmt.Errorf("%w: no row with %s has a known seed", ErrNoPairs, p.conditions())
}

// distinct returns the values of a column in the order of their first rows.
func distinct(c *Column) []string {
	var out []string
	seen := map[string]bool{}
	for i := range c.Len() {
		if v := c.Exact(i); v != "" && !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// shortList joins some of the values.
func shortList(values []string) string {
	const most = 12
	if len(values) > most {
		values = append(slices.Clone(values[:most]), "…")
	}
	return strings.Join(values, ", ")
}

// grouping returns the columns by which differences are grouped.
func (p *pairing) grouping(names []string) ([]*Column, error) {
	if names == nil {
		for _, c := range p.table.Columns {
			if c.Role == Parameter {
				names = append(names, c.Name)
			}
		}
	}
	all := make([]string, 0, len(names)+len(p.base))
	for _, c := range p.base {
		all = append(all, c.Name)
	}
	return p.table.grouping(append(all, names...))
}

func (p *pairing) summarize(ctx context.Context, by, columns []*Column) (*Table, error) {
	paired := make([]int, 0, len(p.baseline))
	for row := range p.table.Len() {
		if _, ok := p.baseline[row]; ok {
			paired = append(paired, row)
		}
	}
	out := newSummaries(by, "difference")
	base := statistic("baseline_mean", Number)
	out.base = &base
	var differences [][]float64
	for _, rows := range groupRows(paired, by) {
		for _, c := range columns {
			d, b := p.differences(c, rows)
			out.start(by, rows[0], c)
			base.Numbers = append(base.Numbers, b)
			differences = append(differences, d)
		}
	}
	if err := out.add(ctx, differences); err != nil {
		return nil, err
	}
	return out.table(), nil
}

// differences returns the rows' differences from their baselines in a measure, and the mean of those baselines that count.
func (p *pairing) differences(c *Column, rows []int) (differences []float64, baseline float64) {
	var values []float64
	for _, row := range rows {
		b := c.Numbers[p.baseline[row]]
		if d := c.Numbers[row] - b; !math.IsNaN(d) {
			differences, values = append(differences, d), append(values, b)
		}
	}
	slices.Sort(values)
	return differences, mean(values)
}
