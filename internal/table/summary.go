package table

import (
	"context"
	"runtime"
	"slices"
	"sync"
)

// By groups the rows by the named columns, which are usually parameters, and summarizes measures over each group. The result has one
// row for each group and measure, with groups in the order of their first rows. Without measures, it has all of them. It ends early with
// the error of the context.
func By(ctx context.Context, t *Table, names, measures []string) (*Table, error) {
	by, err := t.grouping(names)
	if err != nil {
		return nil, err
	}
	columns, err := t.measured(measures)
	if err != nil {
		return nil, err
	}
	all := make([]int, t.Len())
	for i := range all {
		all[i] = i
	}
	out := newSummaries(by, "mean")
	var samples [][]float64
	for _, rows := range groupRows(all, by) {
		for _, c := range columns {
			out.start(by, rows[0], c)
			samples = append(samples, pick(c, rows))
		}
	}
	if err := out.add(ctx, samples); err != nil {
		return nil, err
	}
	return out.table(), nil
}

// groupRows divides rows into groups that are equal in some columns.
func groupRows(rows []int, by []*Column) [][]int {
	var out [][]int
	place := map[string]int{}
	for _, row := range rows {
		k := key(by, row)
		at, ok := place[k]
		if !ok {
			at = len(out)
			place[k] = at
			out = append(out, nil)
		}
		out[at] = append(out[at], row)
	}
	return out
}

func pick(c *Column, rows []int) []float64 {
	out := make([]float64, len(rows))
	for i, row := range rows {
		out[i] = c.Numbers[row]
	}
	return out
}

// summaries is a table of summaries that is being made.
type summaries struct {
	group                                           []Column
	measure, unit, n, mean, sd                      Column
	studentLow, studentHigh, bootstrapLow, bootHigh Column
	base                                            *Column // of paired differences
}

func statistic(name string, kind Kind) Column { return Column{Name: name, Kind: kind, Role: Statistic} }

func newSummaries(by []*Column, mean string) *summaries {
	s := &summaries{
		measure: statistic("measure", Text), unit: statistic("unit", Text), n: statistic("n", Integer), mean: statistic(mean, Number),
		sd: statistic("sd", Number), studentLow: statistic("student_low", Number), studentHigh: statistic("student_high", Number),
		bootstrapLow: statistic("bootstrap_low", Number), bootHigh: statistic("bootstrap_high", Number),
	}
	for _, c := range by {
		s.group = append(s.group, c.like())
	}
	return s
}

// start begins a row of the result: its group, given by a row of the source, and its measure.
func (s *summaries) start(by []*Column, row int, measure *Column) {
	for i := range s.group {
		s.group[i].take(by[i], row)
	}
	s.measure.Text = append(s.measure.Text, measure.Name)
	s.unit.Text = append(s.unit.Text, measure.Unit)
}

// add completes the rows with the summaries of their samples, which are made on every core. Those of many values take seconds together.
func (s *summaries) add(ctx context.Context, samples [][]float64) error {
	done := make([]Summary, len(samples))
	var all sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for core := range cores {
		all.Go(func() {
			for i := core; i < len(samples) && ctx.Err() == nil; i += cores {
				done[i] = Summarize(samples[i])
			}
		})
	}
	all.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, d := range done {
		for c, x := range map[*Column]float64{
			&s.n: float64(d.N), &s.mean: d.Mean, &s.sd: d.SD, &s.studentLow: d.Student.Low, &s.studentHigh: d.Student.High,
			&s.bootstrapLow: d.Bootstrap.Low, &s.bootHigh: d.Bootstrap.High,
		} {
			c.Numbers = append(c.Numbers, x)
		}
	}
	return nil
}

func (s *summaries) table() *Table {
	columns := append(slices.Clone(s.group), s.measure, s.unit, s.n)
	if s.base != nil {
		columns = append(columns, *s.base)
	}
	return &Table{Columns: append(columns, s.mean, s.sd, s.studentLow, s.studentHigh, s.bootstrapLow, s.bootHigh)}
}
