package drawing

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// plotters of a layer in the order of drawing.
type plotted interface {
	plotters(p *Panel) []plot.Plotter
}

func (l Line) plotters(*Panel) []plot.Plotter {
	return shifted(l.Shift, curve(l.Style, l.X, l.Y, l.Low, l.High, false))
}

// shifted moves what plotters draw to the right, in points.
func shifted(by float64, all []plot.Plotter) []plot.Plotter {
	if by == 0 {
		return all
	}
	moved := make([]plot.Plotter, len(all))
	for i, p := range all {
		moved[i] = movedPlotter{p, vg.Length(by)}
	}
	return moved
}

type movedPlotter struct {
	plot.Plotter
	by vg.Length
}

// Plot draws on a canvas that lies further right.
func (m movedPlotter) Plot(c draw.Canvas, p *plot.Plot) {
	c.Min.X, c.Max.X = c.Min.X+m.by, c.Max.X+m.by
	m.Plotter.Plot(c, p)
}

// Steps are a curve with two points for each bin, from the base line to the base line.
func (s Steps) plotters(*Panel) []plot.Plotter {
	var x []float64
	for i := range s.Y {
		x = append(x, s.Edges[i], s.Edges[i+1])
	}
	lines := curve(s.Style, x, twice(s.Y), twice(s.Low), twice(s.High), s.Sideways)
	for _, l := range lines {
		if outline, ok := l.(*plotter.Line); ok {
			outline.Width = min(outline.Width, outlineWidth)
		}
	}
	return lines
}

func twice(values []float64) (doubled []float64) {
	for _, v := range values {
		doubled = append(doubled, v, v)
	}
	return doubled
}

// curve is a line over its band. A point without neighbours, of which a line would show nothing, is a marker with a bar.
func curve(style Style, x, y, low, high []float64, swapped bool) (all []plot.Plotter) {
	if low != nil {
		for _, run := range runs(x, low, high) {
			outline := points(x[run.from:run.to], low[run.from:run.to], swapped)
			back := points(x[run.from:run.to], high[run.from:run.to], swapped)
			if len(outline) == 1 {
				all = append(all, &plotter.Line{XYs: append(outline, back...), LineStyle: style.bar()})
				continue
			}
			for i := len(back) - 1; i >= 0; i-- {
				outline = append(outline, back[i])
			}
			all = append(all, &plotter.Polygon{XYs: []plotter.XYs{outline}, Color: style.band()})
		}
	}
	for _, run := range runs(x, y, y) {
		xy := points(x[run.from:run.to], y[run.from:run.to], swapped)
		if len(xy) > 1 {
			all = append(all, &plotter.Line{XYs: xy, LineStyle: style.line()})
			continue
		}
		all = append(all, &plotter.Scatter{XYs: xy, GlyphStyle: style.glyph(pointSize)})
	}
	return all
}

func points(x, y []float64, swapped bool) plotter.XYs {
	all := make(plotter.XYs, len(x))
	for i := range x {
		if all[i] = (plotter.XY{X: x[i], Y: y[i]}); swapped {
			all[i] = plotter.XY{X: y[i], Y: x[i]}
		}
	}
	return all
}

type stretch struct{ from, to int }

// runs are the stretches without NaN.
func runs(x, y, z []float64) (all []stretch) {
	for i := 0; i < len(x); i++ {
		from := i
		for i < len(x) && !math.IsNaN(x[i]+y[i]+z[i]) {
			i++
		}
		if i > from {
			all = append(all, stretch{from, i})
		}
	}
	return all
}

func (p Points) plotters(*Panel) (all []plot.Plotter) {
	radius := pointSize
	if p.Small {
		radius = tinyPoint
	}
	bars := p.Style.bar()
	for i := range p.Low {
		if !math.IsNaN(p.X[i] + p.Low[i] + p.High[i]) {
			all = append(all, &plotter.Line{XYs: plotter.XYs{{X: p.X[i], Y: p.Low[i]}, {X: p.X[i], Y: p.High[i]}}, LineStyle: bars})
		}
	}
	for _, run := range runs(p.X, p.Y, p.Y) {
		all = append(all, &plotter.Scatter{XYs: points(p.X[run.from:run.to], p.Y[run.from:run.to], false), GlyphStyle: p.Style.glyph(radius)})
	}
	return shifted(p.Shift, all)
}

func (m Mark) plotters(*Panel) []plot.Plotter { return []plot.Plotter{drawnMark{m}} }

// drawnMark spans the whole panel, whatever the range of its axes.
type drawnMark struct{ Mark }

func (m drawnMark) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	style := m.Style.line()
	switch {
	case m.Arrow:
		tip := vg.Point{X: x(m.At), Y: c.Max.Y - 9}
		c.FillPolygon(style.Color, []vg.Point{tip, {X: tip.X - 2.5, Y: tip.Y + 5}, {X: tip.X + 2.5, Y: tip.Y + 5}})
		style.Dashes = nil
		c.StrokeLine2(style, tip.X, tip.Y+5, tip.X, c.Max.Y)
	case m.Horizontal:
		style.Width = 0.8
		c.StrokeLine2(style, c.Min.X, y(m.At), c.Max.X, y(m.At))
	default:
		style.Width = 0.8
		c.StrokeLine2(style, x(m.At), c.Min.Y, x(m.At), c.Max.Y)
	}
}

func (Fact) plotters(*Panel) []plot.Plotter { return nil }
