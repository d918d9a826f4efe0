package drawing

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// pdf is a canvas that writes PDF. gonum's own garbles characters outside of Latin-1, darkens transparent colours, embeds
// whole fonts, and writes the time of day. The coordinates of vg are those of PDF: points from the lower left corner.
type pdf struct {
	doc           *fpdf.Fpdf
	width, height vg.Length
	widths        []vg.Length // of lines; the last is the current one, below are those that Push saved
	fonts         map[string]bool
	images        int
}

func newPDF(width, height vg.Length) *pdf {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: width.Points(), Ht: height.Points()}})
	doc.SetCreationDate(time.Unix(0, 0).UTC()) // fpdf would write the present; the same figure has the same bytes
	doc.SetModificationDate(time.Unix(0, 0).UTC())
	doc.SetProducer("eisweep", false)
	doc.SetCatalogSort(true)
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.AddPage()
	doc.TransformBegin()
	c := &pdf{doc: doc, width: width, height: height, widths: []vg.Length{0}, fonts: map[string]bool{}}
	vg.Initialize(c)
	return c
}

func (c *pdf) write(w io.Writer) error {
	c.doc.TransformEnd()
	return c.doc.Output(w)
}

func (c *pdf) Size() (width, height vg.Length) { return c.width, c.height }

func (c *pdf) SetLineWidth(w vg.Length) {
	c.widths[len(c.widths)-1] = w
	c.raw("%.3f w", w.Points())
}

func (c *pdf) SetLineDash(pattern []vg.Length, offset vg.Length) {
	var lengths []string
	for _, l := range pattern {
		lengths = append(lengths, fmt.Sprintf("%.3f", l.Points()))
	}
	c.raw("[%s] %.3f d", strings.Join(lengths, " "), offset.Points())
}

func (c *pdf) SetColor(clr color.Color) {
	if clr == nil {
		clr = color.Black
	}
	straight := color.NRGBAModel.Convert(clr).(color.NRGBA) // PDF multiplies by alpha itself
	r, g, b := int(straight.R), int(straight.G), int(straight.B)
	c.doc.SetFillColor(r, g, b)
	c.doc.SetDrawColor(r, g, b)
	c.doc.SetTextColor(r, g, b)
	c.doc.SetAlpha(float64(straight.A)/0xff, "Normal")
}

func (c *pdf) Rotate(angle float64) {
	sin, cos := math.Sincos(angle)
	c.doc.Transform(fpdf.TransformMatrix{A: cos, B: sin, C: -sin, D: cos})
}

func (c *pdf) Translate(by vg.Point) {
	c.doc.Transform(fpdf.TransformMatrix{A: 1, D: 1, E: by.X.Points(), F: by.Y.Points()})
}

func (c *pdf) Scale(x, y float64) { c.doc.Transform(fpdf.TransformMatrix{A: x, D: y}) }

func (c *pdf) Push() {
	c.widths = append(c.widths, c.widths[len(c.widths)-1])
	c.doc.TransformBegin()
}

func (c *pdf) Pop() {
	c.widths = c.widths[:len(c.widths)-1]
	c.doc.TransformEnd()
}

func (c *pdf) Stroke(p vg.Path) {
	if c.widths[len(c.widths)-1] > 0 {
		c.path(p)
		c.raw("S")
	}
}

func (c *pdf) Fill(p vg.Path) {
	c.path(p)
	c.raw("f")
}

func (c *pdf) raw(format string, values ...any) { c.doc.RawWriteStr(fmt.Sprintf(format, values...)) }

func (c *pdf) path(p vg.Path) {
	var from vg.Point
	for i, step := range p {
		x, y := step.Pos.X.Points(), step.Pos.Y.Points()
		switch step.Type {
		case vg.MoveComp:
			c.raw("%.3f %.3f m", x, y)
		case vg.LineComp:
			c.raw("%.3f %.3f l", x, y)
		case vg.CurveComp:
			first, last := step.Control[0], step.Control[len(step.Control)-1]
			if len(step.Control) == 1 { // a quadratic curve as a cubic one
				first, last = towards(from, first), towards(step.Pos, last)
			}
			c.raw("%.3f %.3f %.3f %.3f %.3f %.3f c", first.X.Points(), first.Y.Points(), last.X.Points(), last.Y.Points(), x, y)
		case vg.ArcComp:
			c.arc(step, i == 0)
		case vg.CloseComp:
			c.raw("h")
		}
		from = step.Pos
	}
}

// towards is the point two thirds of the way to another.
func towards(p, q vg.Point) vg.Point { return p.Add(q.Sub(p).Scale(2.0 / 3)) }

// arc approximates an arc by one cubic curve for each quarter of a circle.
func (c *pdf) arc(step vg.PathComp, first bool) {
	pieces := int(math.Ceil(math.Abs(step.Angle)/(math.Pi/2) - 1e-9))
	turn := step.Angle / float64(max(pieces, 1))
	reach := step.Radius.Points() * 4 / 3 * math.Tan(turn/4)
	at := func(angle float64) (x, y, dx, dy float64) {
		sin, cos := math.Sincos(angle)
		r := step.Radius.Points()
		return step.Pos.X.Points() + r*cos, step.Pos.Y.Points() + r*sin, -sin * reach, cos * reach
	}
	x, y, dx, dy := at(step.Start)
	operator := "l"
	if first {
		operator = "m"
	}
	c.raw("%.3f %.3f %s", x, y, operator)
	for i := range pieces {
		toX, toY, toDX, toDY := at(step.Start + turn*float64(i+1))
		c.raw("%.3f %.3f %.3f %.3f %.3f %.3f c", x+dx, y+dy, toX-toDX, toY-toDY, toX, toY)
		x, y, dx, dy = toX, toY, toDX, toDY
	}
}

// FillString writes text as text. fpdf embeds the characters that are used, and maps them to Unicode.
func (c *pdf) FillString(face font.Face, at vg.Point, text string) {
	name := face.Name()
	if !c.fonts[name] {
		var data bytes.Buffer
		if _, err := face.Face.WriteSourceTo(nil, &data); err != nil {
			c.doc.SetError(err)
			return
		}
		c.doc.AddUTF8FontFromBytes(name, "", data.Bytes())
		c.fonts[name] = true
	}
	c.doc.SetFont(name, "", face.Font.Size.Points())
	c.doc.Text(at.X.Points(), c.height.Points()-at.Y.Points(), text)
}

func (c *pdf) DrawImage(rect vg.Rectangle, picture image.Image) {
	var data bytes.Buffer
	if err := png.Encode(&data, picture); err != nil {
		c.doc.SetError(err)
		return
	}
	c.images++
	name, size := fmt.Sprintf("image%03d", c.images), rect.Size()
	options := fpdf.ImageOptions{ImageType: "png"}
	c.doc.RegisterImageOptionsReader(name, options, &data)
	x, y := rect.Min.X.Points(), c.height.Points()-rect.Max.Y.Points()
	c.doc.ImageOptions(name, x, y, size.X.Points(), size.Y.Points(), false, options, 0, "")
}
