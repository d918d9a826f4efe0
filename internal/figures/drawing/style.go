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
	thinWidth    = vg.Length(0.5)
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

// MaxSeries is how many series can be told apart: each colour has two dash patterns and two shapes of points.
const MaxSeries = 14

// dashes are the patterns of lines, and shapes those of points, so that series differ in greyscale too.
var (
	dashes = [][]vg.Length{
		nil, {5, 2}, {1.2, 1.6}, {6, 1.6, 1.2, 1.6}, {2.6, 1.4}, {6, 1.6, 1.2, 1.6, 1.2, 1.6}, {9, 2.5},
	}
	shapes = []polygon{
		{}, {corners: 4, turn: math.Pi / 4}, {corners: 3, turn: math.Pi / 2}, {corners: 4}, {corners: 3, turn: -math.Pi / 2}, {corners: 3},
		{corners: 3, turn: math.Pi},
	}
)

// look is the number of the style's dash pattern and shape. Styles of the same colour have different ones.
func (s Style) look() int {
	if s.Color < 0 {
		return 0
	}
	return (s.Color + s.Color/len(colours)*3) % len(shapes)
}

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
	style := draw.LineStyle{Color: s.color(), Width: lineWidth, Dashes: dashes[s.look()]}
	if s.Dashed {
		style.Dashes = []vg.Length{4, 2.5}
	}
	if s.Thin {
		style.Width = thinWidth
	}
	return style
}

// bar is the line of an error bar.
func (s Style) bar() draw.LineStyle { return draw.LineStyle{Color: s.color(), Width: 0.8} }

// glyph is a point of the style's shape, filled or hollow.
func (s Style) glyph(radius vg.Length) draw.GlyphStyle {
	shape := shapes[s.look()]
	shape.hollow = s.Hollow
	return draw.GlyphStyle{Color: s.color(), Radius: radius, Shape: shape}
}

// polygon is a regular polygon as large as a circle of the glyph's radius; without corners it is that circle. A hollow one is white
// inside, so that what is below does not show.
type polygon struct {
	corners int
	turn    float64 // direction of the first corner
	hollow  bool
}

func (p polygon) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	outline := p.outline(at, style.Radius)
	if !p.hollow {
		c.SetColor(style.Color)
		c.Fill(outline)
		return
	}
	c.SetColor(color.White)
	c.Fill(outline)
	c.SetLineStyle(draw.LineStyle{Color: style.Color, Width: 0.8})
	c.Stroke(outline)
}

func (p polygon) outline(at vg.Point, radius vg.Length) (path vg.Path) {
	if p.corners == 0 {
		path.Move(vg.Point{X: at.X + radius, Y: at.Y})
		path.Arc(at, radius, 0, 2*math.Pi)
		path.Close()
		return path
	}
	between := 2 * math.Pi / float64(p.corners)
	radius *= vg.Length(math.Sqrt(between / math.Sin(between)))
	for i := range p.corners {
		sin, cos := math.Sincos(p.turn + float64(i)*between)
		corner := vg.Point{X: at.X + radius*vg.Length(cos), Y: at.Y + radius*vg.Length(sin)}
		if i == 0 {
			path.Move(corner)
		} else {
			path.Line(corner)
		}
	}
	path.Close()
	return path
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
