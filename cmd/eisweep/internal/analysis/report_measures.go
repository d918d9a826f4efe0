package analysis

import (
	"fmt"
	"strings"

	"eisweep/internal/figures/drawing"
	"eisweep/internal/report"
	"eisweep/internal/table"
)

// Limits on the figures of measures in a report.
const (
	reportAxes    = 4    // parameters against which measures are drawn
	axisNetworks  = 1000 // above that only means are drawn
	axisMeanCount = 200  // values of a parameter of which the means are drawn, if only means are
)

// measureFigures draws the measures against each parameter that varies.
func measureFigures(c *Choice, t *table.Table, names []string) ([]report.FigureGroup, error) {
	s := &sample{found: c.found, table: t}
	for i := range c.found {
		if c.found[i].Path != "" {
			s.rows = append(s.rows, i)
		}
	}
	meansOnly := len(s.rows) > axisNetworks
	section := report.FigureGroup{ID: "measures", Title: "Measures against parameters"}
	var left []string
	for n, axis := range s.varying() {
		if n >= reportAxes || meansOnly && len(s.values(axis)) > axisMeanCount {
			left = append(left, axis.Name)
			continue
		}
		for _, name := range names {
			o := &plotOptions{figure: name}
			drawn, err := o.drawAgainst(s, axis, meansOnly)
			if err != nil {
				continue // no result has a value of the measure
			}
			figure, err := newReportFigure(name+" against "+axis.Name, drawn)
			if err != nil {
				return nil, err
			}
			section.Figures = append(section.Figures, figure)
		}
	}
	if len(section.Figures) == 0 {
		return nil, nil
	}
	section.Text = "Means over networks with 95 % intervals, for each value of a parameter."
	if len(left) > 0 {
		section.Text += fmt.Sprintf(" Not drawn here: %s (`eisweep plot %s --figure MEASURE --against NAME`).",
			strings.Join(left, ", "), c.found[0].Sweep)
	}
	return []report.FigureGroup{section}, nil
}

// drawAgainst draws the measure against one parameter, with a line for each value of another one if they can be told apart.
func (o *plotOptions) drawAgainst(s *sample, axis *table.Column, meansOnly bool) (*drawing.Drawing, error) {
	axes := []*table.Column{axis}
	by, err := o.grouping(s, axis)
	if err != nil {
		return nil, err
	}
	clusters, err := s.clusters(by)
	if err != nil {
		by, clusters = nil, []cluster{{rows: s.rows}}
	}
	m := o.measured(s, axes, by, clusters)
	m.MeansOnly = meansOnly
	d, err := m.Draw()
	if err == nil {
		s.addPooled(d, by, axis)
	}
	return d, err
}
