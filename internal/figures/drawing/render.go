package drawing

import (
	"math"
	"slices"
	"unicode/utf8"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The layout of a figure. A single panel is as wide as a column of a journal, three panels as wide as its page.
const (
	margin      = vg.Length(6)
	singleWide  = 9 * vg.Centimeter
	singleHigh  = 6.6 * vg.Centimeter
	panelWide   = 6 * vg.Centimeter
	panelHigh   = 5.2 * vg.Centimeter
	panelGap    = 0.35 * vg.Centimeter
	barGap      = vg.Length(5)
	barWidth    = vg.Length(7)
	barRoom     = 1.25 * vg.Centimeter // for the colour scale and its numbers
	legendLine  = vg.Length(11)
	legendGap   = vg.Length(12) // between entries
	legendGlyph = vg.Length(18)
	labelRoom   = vg.Length(14) // for the label of an axis
	textLine    = 9             // between notes, and of text above panels
)

// layout is where the parts of a drawing are.
type layout struct {
	rows, columns int
	wide, high    vg.Length // of a panel with its axes
	gap           vg.Length // between columns
	legend        [][]Entry // in lines
	indent        vg.Length // of the legend's entries
	notes         []string
	title         vg.Length // height of the text above a panel
	width, height vg.Length
}

func (d *Drawing) layout() layout {
	l := layout{rows: len(d.Panels), columns: len(d.Panels[0]), wide: panelWide, high: panelHigh, gap: panelGap, title: d.titleHeight()}
	if l.rows*l.columns == 1 {
		l.wide, l.high = singleWide, singleHigh
	}
	if d.hasColors() {
		l.gap = panelGap + barRoom
	}
	l.width = 2*margin + max(vg.Length(l.columns)*(l.wide+l.gap)-panelGap, d.Legend.width())
	l.legend, l.indent = d.Legend.lines(l.width - 2*margin)
	l.notes = d.noteLines(l.width - 2*margin)
	l.height = 2*margin + l.legendHeight() + vg.Length(l.rows)*(l.high+l.title+panelGap) - panelGap + l.notesHeight()
	return l
}

func (l *layout) legendHeight() vg.Length {
	if len(l.legend) == 0 {
		return 0
	}
	return vg.Length(len(l.legend))*legendLine + 5
}

func (l *layout) notesHeight() vg.Length {
	if len(l.notes) == 0 {
		return 0
	}
	return vg.Length(len(l.notes))*textLine + 5
}

func (d *Drawing) hasColors() bool {
	for _, row := range d.Panels {
		for _, p := range row {
			if p != nil && p.Colors != nil {
				return true
			}
		}
	}
	return false
}

// draw draws everything. The data areas of panels in one row or column have the same size.
func (d *Drawing) draw(c draw.Canvas, l layout) {
	c.SetColor(ink)
	top := c.Max.Y - margin
	l.drawLegend(c, d.Legend.Title, top)
	l.drawNotes(c)
	tiles := draw.Tiles{
		Rows: l.rows, Cols: l.columns, PadX: l.gap + labelRoom, PadY: panelGap + l.title + labelRoom,
		PadLeft: margin + labelRoom, PadRight: margin + l.gap - panelGap,
		PadTop: margin + l.legendHeight() + l.title, PadBottom: margin + l.notesHeight() + labelRoom,
	}
	plots := make([][]*plot.Plot, l.rows)
	for i, row := range d.Panels {
		for _, panel := range row {
			plots[i] = append(plots[i], panel.plot())
		}
	}
	for i, row := range plot.Align(plots, tiles, c) {
		for j, cell := range row {
			if panel := d.Panels[i][j]; panel != nil {
				plots[i][j].Draw(cell)
				panel.drawText(plots[i][j].DataCanvas(cell))
				panel.drawLabels(cell, plots[i][j].DataCanvas(cell))
			}
		}
	}
}

// plot is the panel as gonum's plot; nil for an empty cell.
func (p *Panel) plot() *plot.Plot {
	if p == nil {
		return nil
	}
	out := plot.New()
	out.BackgroundColor = nil
	x, y, arrows := noInterval(), noInterval(), 1.0
	for _, layer := range p.Layers {
		layer.bounds(&x, &y)
		if m, ok := layer.(Mark); ok && m.Arrow {
			arrows = headroom
		}
		out.Add(layer.(plotted).plotters(p)...)
	}
	y.max *= arrows
	p.X.apply(&out.X, x)
	p.X.tiltNames(&out.X)
	p.Y.apply(&out.Y, y)
	out.Y.Tick.Label.XAlign, out.Y.Tick.Label.YAlign = draw.XRight, draw.YCenter
	return out
}

func (a *Axis) apply(to *plot.Axis, seen interval) {
	to.Min, to.Max = a.limits(seen)
	to.Tick.Marker = a.ticks(to.Min, to.Max)
	to.Scale = plot.LinearScale{}
	if a.Log {
		to.Scale = logScale{}
	}
	if a.Down {
		to.Scale = plot.InvertedScale{Normalizer: to.Scale}
	}
	to.Padding = 2
	to.LineStyle = draw.LineStyle{Color: ink, Width: axisWidth}
	to.Tick.LineStyle, to.Tick.Length = to.LineStyle, tickLength
	to.Tick.Label = textStyle(smallSize, draw.XCenter, draw.YTop)
}

// namesRoom is how many characters of names fit beside each other below a panel, and tilt the angle of names that do not.
const (
	namesRoom = 30
	tilt      = math.Pi / 6
)

// tiltNames turns the names of positions along the horizontal axis where they would overlap.
func (a *Axis) tiltNames(to *plot.Axis) {
	longest, n := 0, 0
	for _, name := range a.Names {
		if name != "" {
			longest, n = max(longest, utf8.RuneCountInString(name)), n+1
		}
	}
	if n > 1 && n*(longest+2) > namesRoom {
		to.Tick.Label.Rotation, to.Tick.Label.XAlign, to.Tick.Label.YAlign = tilt, draw.XRight, draw.YTop
	}
}

// drawText draws the title and the text between it and the panel, and the colour scale.
func (p *Panel) drawText(c draw.Canvas) {
	if p.Colors != nil {
		p.Colors.drawBar(c)
	}
	at := vg.Point{X: c.Center().X, Y: c.Max.Y + 4}
	style := textStyle(smallSize, draw.XCenter, draw.YBottom)
	for _, line := range slices.Backward(p.Text) {
		c.FillText(style, at, line)
		at.Y += textLine
	}
	c.FillText(bold(textStyle(labelSize, draw.XCenter, draw.YBottom)), at, p.Title)
}

// drawLabels draws the labels of the axes outside of the panel's cell. gonum would leave too much room for those of logarithmic
// axes.
func (p *Panel) drawLabels(cell, data draw.Canvas) {
	style := textStyle(labelSize, draw.XCenter, draw.YTop)
	cell.FillText(style, vg.Point{X: data.Center().X, Y: cell.Min.Y - 2}, p.X.Label)
	style = textStyle(labelSize, draw.XCenter, draw.YBottom)
	style.Rotation = math.Pi / 2
	cell.FillText(style, vg.Point{X: cell.Min.X - 5, Y: data.Center().Y}, p.Y.Label)
}

// titleHeight is how much room the panels have above them.
func (d *Drawing) titleHeight() (height vg.Length) {
	for _, row := range d.Panels {
		for _, p := range row {
			if p == nil {
				continue
			}
			need := vg.Length(4 + textLine*len(p.Text))
			if p.Title != "" {
				need += textLine
			}
			height = max(height, need)
		}
	}
	return height
}
