package analysis

import (
	"context"
	"math"
	"slices"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/figures"
	"eisweep/internal/figures/drawing"
	"eisweep/internal/table"
)

// drawMeasure draws a measure against one or two parameters.
func (o *plotOptions) drawMeasure(ctx context.Context, e *cli.Env) (*drawing.Drawing, error) {
	values, err := o.choice.measure(ctx, e)
	if err != nil {
		return nil, err
	}
	s, err := o.sample(values)
	if err != nil {
		return nil, err
	}
	axes, err := o.axes(s)
	if err != nil {
		return nil, err
	}
	by, err := o.grouping(s, axes...)
	if err != nil {
		return nil, err
	}
	clusters, err := s.clusters(by)
	if err != nil {
		return nil, err
	}
	d, err := o.measured(s, axes, by, clusters).Draw()
	if err != nil {
		return nil, cli.Usagef("%w", err)
	}
	s.addPooled(d, by, axes...)
	s.noteSweeps(e, by, axes...)
	return d, nil
}

// axes returns the parameters that --against names; by default the first numeric parameter that varies, else the first one.
func (o *plotOptions) axes(s *sample) (axes []*table.Column, err error) {
	for _, name := range names(o.against) {
		c, err := s.table.Find(name)
		if err != nil || c.Role != table.Parameter && c.Role != table.Seed {
			return nil, cli.Usagef("--against %s: %s is neither a parameter that varies nor a seed", o.against, name)
		}
		axes = append(axes, c)
	}
	if len(axes) > 0 {
		return axes, nil
	}
	given := names(o.by)
	varying := slices.DeleteFunc(s.varying(), func(c *table.Column) bool { return slices.Contains(given, c.Name) })
	for _, c := range varying {
		if c.Kind != table.Text {
			return []*table.Column{c}, nil
		}
	}
	if len(varying) > 0 {
		return varying[:1], nil
	}
	return []*table.Column{s.table.Column("seed")}, nil
}

func (o *plotOptions) measured(s *sample, axes, by []*table.Column, clusters []cluster) *figures.Measured {
	value := s.table.Column(o.figure)
	m := &figures.Measured{Name: value.Name, Unit: value.Unit, By: columnNames(by), X: s.parameter(axes[0])}
	if len(axes) == 2 {
		y := s.parameter(axes[1])
		m.Y = &y
	}
	for _, c := range clusters {
		g := figures.MeasuredGroup{Label: c.label, Color: c.color}
		for _, row := range c.rows {
			n := figures.MeasuredNetwork{X: place(&m.X, axes[0], row), Value: value.Numbers[row], Suspect: s.found[row].judgement() == suspect}
			if m.Y != nil {
				n.Y = place(m.Y, axes[1], row)
			}
			g.Networks = append(g.Networks, n)
		}
		m.Groups = append(m.Groups, g)
	}
	return m
}

// parameter is a column as an axis.
func (s *sample) parameter(c *table.Column) figures.Parameter {
	p := figures.Parameter{Name: c.Name, Unit: c.Unit}
	if c.Kind == table.Text {
		p.Words = s.values(c)
	}
	return p
}

// place returns the position of a row along an axis; NaN if it has no value.
func place(p *figures.Parameter, c *table.Column, row int) float64 {
	switch {
	case c.Missing(row):
		return math.NaN()
	case p.Words != nil:
		return float64(slices.Index(p.Words, c.Text[row]))
	}
	return c.Numbers[row]
}
