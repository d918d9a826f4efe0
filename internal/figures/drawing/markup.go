package drawing

import (
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// markup draws text with raised and lowered parts: 10^{3}, ρ_{0}. The font has no characters for most of these.
type markup struct{ text.Handler }

// newMarkup is the handler of labels; texts that users write are drawn plainly.
func newMarkup() text.Handler { return markup{plot.DefaultTextHandler} }

// The size of raised and lowered parts, and how far they are moved, both relative to the font's size.
const (
	partSize = 0.72
	raised   = 0.36
	lowered  = -0.16
)

// part is a stretch of text of one size.
type part struct {
	text string
	move float64 // relative to the font's size; 0 on the line
}

func parts(line string) (all []part) {
	for line != "" {
		at := strings.IndexAny(line, "^_")
		end := -1
		if at >= 0 && strings.HasPrefix(line[at+1:], "{") {
			end = strings.IndexByte(line[at:], '}')
		}
		if end < 0 {
			return append(all, part{text: line})
		}
		move := lowered
		if line[at] == '^' {
			move = raised
		}
		all = append(all, part{text: line[:at]}, part{line[at+2 : at+end], move})
		line = line[at+end+1:]
	}
	return all
}

func (p part) face(m markup, f font.Font) font.Face {
	if p.move != 0 {
		f.Size *= partSize
	}
	return m.Cache().Lookup(f, f.Size)
}

func (m markup) Box(line string, f font.Font) (width, height, depth vg.Length) {
	_, height, depth = m.Handler.Box(line, f)
	for _, p := range parts(line) {
		face := p.face(m, f)
		width += face.Width(p.text)
	}
	return width, height, depth
}

// Draw draws one line.
func (m markup) Draw(c vg.Canvas, line string, style text.Style, at vg.Point) {
	if !strings.Contains(line, "{") {
		m.Handler.Draw(c, line, style, at)
		return
	}
	c.SetColor(style.Color)
	c.Push()
	defer c.Pop()
	c.Translate(at)
	c.Rotate(style.Rotation)
	width, _, _ := m.Box(line, style.Font)
	extents := m.Extents(style.Font)
	x := width * vg.Length(style.XAlign)
	y := style.Height(line)*vg.Length(style.YAlign) - extents.Ascent + style.Font.Size
	for _, p := range parts(line) {
		face := p.face(m, style.Font)
		c.FillString(face, vg.Point{X: x, Y: y + style.Font.Size*vg.Length(p.move)}, p.text)
		x += face.Width(p.text)
	}
}
