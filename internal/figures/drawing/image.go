package drawing

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// missing is the colour of cells without a value.
var missing = color.NRGBA{0xc8, 0xc8, 0xc8, 0xff}

// leastPixels is how many pixels an image has at least along each axis: viewers blur images that they have to enlarge.
const leastPixels = 256

// viridis are colours of matplotlib's map of this name (CC0), whose lightness grows evenly, also in print and for
// colour-blind people.
var viridis = []color.Color{
	color.NRGBA{0x44, 0x01, 0x54, 0xff}, color.NRGBA{0x47, 0x2d, 0x7b, 0xff}, color.NRGBA{0x3b, 0x52, 0x8b, 0xff},
	color.NRGBA{0x2c, 0x72, 0x8e, 0xff}, color.NRGBA{0x21, 0x91, 0x8c, 0xff}, color.NRGBA{0x28, 0xae, 0x80, 0xff},
	color.NRGBA{0x5e, 0xc9, 0x62, 0xff}, color.NRGBA{0xad, 0xdc, 0x30, 0xff}, color.NRGBA{0xfd, 0xe7, 0x25, 0xff},
}

func (s *Colors) colorMap() palette.ColorMap {
	if s.Diverging {
		colors := moreland.SmoothBlueRed()
		colors.SetMin(s.Min)
		colors.SetMax(s.Max)
		colors.SetConvergePoint((s.Min + s.Max) / 2)
		return colors
	}
	colors, err := moreland.NewLuminance(viridis)
	if err != nil {
		panic(err) // the colours above get darker somewhere
	}
	colors.SetMin(s.Min)
	colors.SetMax(s.Max)
	return colors
}

func (m Image) plotters(p *Panel) []plot.Plotter {
	columns := len(m.Values) / m.Rows
	wide, high := (leastPixels+columns-1)/columns, (leastPixels+m.Rows-1)/m.Rows
	picture := image.NewNRGBA(image.Rect(0, 0, columns*wide, m.Rows*high))
	colors := p.Colors.colorMap()
	upsideDown := m.Y.From < m.Y.To == p.Y.Down // the picture's first row is at the top
	for i, v := range m.Values {
		x, y := i%columns, i/columns
		if !upsideDown {
			y = m.Rows - 1 - y
		}
		c := p.Colors.at(colors, v)
		for dy := range high {
			for dx := range wide {
				picture.Set(x*wide+dx, y*high+dy, c)
			}
		}
	}
	return []plot.Plotter{drawnImage{picture, m.X, m.Y}}
}

// drawnImage fills its rectangle, whichever way the axes run.
type drawnImage struct {
	picture image.Image
	x, y    Span
}

func (m drawnImage) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	from, to := vg.Point{X: x(m.x.From), Y: y(m.y.From)}, vg.Point{X: x(m.x.To), Y: y(m.y.To)}
	c.DrawImage(vg.Rectangle{
		Min: vg.Point{X: min(from.X, to.X), Y: min(from.Y, to.Y)}, Max: vg.Point{X: max(from.X, to.X), Y: max(from.Y, to.Y)},
	}, m.picture)
}

// at is the colour of a value; one outside the range has that of the nearest end.
func (s *Colors) at(colors palette.ColorMap, v float64) color.Color {
	if math.IsNaN(v) || !(s.Min < s.Max) {
		return missing
	}
	c, err := colors.At(min(max(v, s.Min), s.Max))
	if err != nil {
		return missing
	}
	return color.NRGBAModel.Convert(c)
}

// drawBar draws the colour scale at the right of the panel.
func (s *Colors) drawBar(c draw.Canvas) {
	bar := draw.Crop(c, c.Max.X-c.Min.X+barGap, barGap+barWidth, 0, 0)
	colors := s.colorMap()
	const steps = 256
	picture := image.NewNRGBA(image.Rect(0, 0, 1, steps))
	for i := range steps {
		picture.Set(0, steps-1-i, s.at(colors, s.Min+(s.Max-s.Min)*float64(i)/(steps-1)))
	}
	bar.DrawImage(bar.Rectangle, picture)
	frame := draw.LineStyle{Color: ink, Width: axisWidth}
	bar.StrokeLines(frame, []vg.Point{bar.Min, {X: bar.Min.X, Y: bar.Max.Y}, bar.Max, {X: bar.Max.X, Y: bar.Min.Y}, bar.Min})
	s.drawScale(bar)
}

func (s *Colors) drawScale(bar draw.Canvas) {
	style := textStyle(smallSize, draw.XLeft, draw.YCenter)
	widest := vg.Length(0)
	for _, mark := range labelled(multiples(s.Min, s.Max)) {
		y := bar.Y((mark.Value - s.Min) / (s.Max - s.Min))
		bar.StrokeLine2(draw.LineStyle{Color: ink, Width: axisWidth}, bar.Max.X, y, bar.Max.X+2, y)
		bar.FillText(style, vg.Point{X: bar.Max.X + 4, Y: y}, mark.Label)
		widest = max(widest, style.Width(mark.Label))
	}
	label := textStyle(smallSize, draw.XCenter, draw.YBottom)
	label.Rotation = -math.Pi / 2
	bar.FillText(label, vg.Point{X: bar.Max.X + 7 + widest, Y: (bar.Min.Y + bar.Max.Y) / 2}, s.Label)
}
