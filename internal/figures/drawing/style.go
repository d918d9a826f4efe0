package drawing

import (
	"image/color"
	"math"

	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The sizes of text and lines. A figure is printed at its size, where text of 7 pt is the smallest that journals accept.
const (
	labelSize    = vg.Length(8)
	smallSize    = vg.Length(7)
	lineWidth    = vg.Length(1.2)
	outlineWidth = vg.Length(0.9) // of histograms
	axisWidth    = vg.Length(0.6)
	pointSize    = vg.Length(2.2)
	tinyPoint    = vg.Length(1)
	tickLength   = vg.Length(3)
)

// Ink is the number of the colour of text and axes.
const Ink = -1

// colours is the palette of Okabe and Ito (2008), without yellow, which is too light for lines on paper, and with a grey: colours that
// colour-blind people tell apart. Neighbours also differ in lightness.
var colours = []color.NRGBA{
	{0x00, 0x72, 0xb2, 0xff}, // blue
	{0xd5, 0x5e, 0x00, 0xff}, // vermillion
	{0x00, 0x9e, 0x73, 0xff}, // bluish green
	{0xcc, 0x79, 0xa7, 0xff}, // reddish purple
	{0xe6, 0x9f, 0x00, 0xff}, // orange
	{0x56, 0xb4, 0xe9, 0xff}, // sky blue
	{0x80, 0x80, 0x80, 0xff}, // grey
}

var ink = color.NRGBA{0x20, 0x20, 0x20, 0xff}

// MaxSeries is how many series can be told apart: each colour with a solid and with a dotted line.
const MaxSeries = 14

// color is that of the style; after the last colour the palette begins again.
func (s Style) color() color.NRGBA {
	if s.Color < 0 {
		return ink
	}
	return colours[s.Color%len(colours)]
}

// band is the colour of a band under the line.
func (s Style) band() color.NRGBA {
	c := s.color()
	c.A = 0x38
	return c
}

func (s Style) line() draw.LineStyle {
	style := draw.LineStyle{Color: s.color(), Width: lineWidth}
	if s.Color >= len(colours) {
		style.Dashes = []vg.Length{1.2, 1.6}
	}
	if s.Dashed {
		style.Dashes = []vg.Length{4, 2.5}
	}
	return style
}

// bar is the line of an error bar.
func (s Style) bar() draw.LineStyle { return draw.LineStyle{Color: s.color(), Width: 0.8} }

// glyph is a filled circle, or a ring for hollow ones.
func (s Style) glyph(radius vg.Length) draw.GlyphStyle {
	style := draw.GlyphStyle{Color: s.color(), Radius: radius, Shape: draw.CircleGlyph{}}
	if s.Hollow {
		style.Shape = ring{}
	}
	return style
}

// ring is a circle with a white inside, so that what is below does not show.
type ring struct{}

func (ring) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	c.SetColor(color.White)
	draw.CircleGlyph{}.DrawGlyph(c, style, at)
	c.SetLineStyle(draw.LineStyle{Color: style.Color, Width: 0.8})
	var circle vg.Path
	circle.Move(vg.Point{X: at.X + style.Radius, Y: at.Y})
	circle.Arc(at, style.Radius, 0, 2*math.Pi)
	circle.Close()
	c.Stroke(circle)
}

// textStyle is Liberation Sans, which has the measures of Arial and Helvetica.
func textStyle(size vg.Length, x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{
		Color: ink, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		XAlign: x, YAlign: y, Handler: newMarkup(),
	}
}

// plainStyle is for texts that users wrote.
func plainStyle(x text.XAlignment, y text.YAlignment) text.Style {
	style := textStyle(smallSize, x, y)
	style.Handler = plot.DefaultTextHandler
	return style
}

func bold(s text.Style) text.Style {
	s.Font.Weight = stdfont.WeightBold
	return s
}
