package drawing

import (
	"strings"
	"unicode/utf8"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// lines breaks the legend into lines of a width. If an entry does not fit beside the title, the title has the first line to itself.
func (g *Legend) lines(width vg.Length) (lines [][]Entry, indent vg.Length) {
	if len(g.Entries) == 0 {
		return nil, 0
	}
	indent = g.titleWidth() + legendGap
	switch {
	case g.Title == "":
		indent = 0
	case indent+g.longest() > width:
		lines, indent = append(lines, nil), 0
	}
	used := width + 1
	for _, e := range g.Entries {
		need := e.width()
		if used+need > width {
			lines, used = append(lines, nil), indent
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], e)
		used += need + legendGap
	}
	return lines, indent
}

// width is the least width of the legend: that of its title or of its longest entry.
func (g *Legend) width() vg.Length {
	if len(g.Entries) == 0 {
		return 0
	}
	return max(g.titleWidth(), g.longest())
}

func (g *Legend) titleWidth() vg.Length {
	return bold(plainStyle(draw.XLeft, draw.YCenter)).Width(g.Title)
}

func (g *Legend) longest() (width vg.Length) {
	for _, e := range g.Entries {
		width = max(width, e.width())
	}
	return width
}

func (e Entry) width() vg.Length {
	return legendGlyph + 4 + plainStyle(draw.XLeft, draw.YCenter).Width(e.Label)
}

func (l *layout) drawLegend(c draw.Canvas, title string, top vg.Length) {
	if len(l.legend) == 0 {
		return
	}
	style := plainStyle(draw.XLeft, draw.YCenter)
	y := top - legendLine/2
	if title != "" {
		c.FillText(bold(style), vg.Point{X: margin, Y: y}, title)
	}
	for _, line := range l.legend {
		x := margin + l.indent
		for _, e := range line {
			e.drawGlyph(c, x, y)
			x += legendGlyph + 4
			c.FillText(style, vg.Point{X: x, Y: y}, e.Label)
			x += style.Width(e.Label) + legendGap
		}
		y -= legendLine
	}
}

func (e Entry) drawGlyph(c draw.Canvas, x, y vg.Length) {
	if !e.Style.Dots {
		c.StrokeLine2(e.Style.line(), x, y, x+legendGlyph, y)
	}
	if e.Style.Dots || e.Style.Hollow {
		c.DrawGlyphNoClip(e.Style.glyph(pointSize), vg.Point{X: x + legendGlyph/2, Y: y})
	}
}

// noteLines breaks the notes into lines of a width, at spaces, and within words that are wider.
func (d *Drawing) noteLines(width vg.Length) (lines []string) {
	style := plainStyle(draw.XLeft, draw.YBottom)
	for _, note := range d.Notes {
		line := ""
		for _, word := range strings.Fields(note) {
			if longer := strings.TrimSpace(line + " " + word); style.Width(longer) <= width {
				line = longer
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			for line = word; style.Width(line) > width; {
				n := fitting(style, line, width)
				lines, line = append(lines, line[:n]), line[n:]
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// fitting is how many bytes of a word fit into a width, at least one character. It prefers to break the name of a result file after a
// parameter, and a path after a directory.
func fitting(style draw.TextStyle, word string, width vg.Length) int {
	n := 0
	for at, c := range word {
		if end := at + utf8.RuneLen(c); at == 0 || style.Width(word[:end]) <= width {
			n = end
		}
	}
	if parameter := strings.LastIndexAny(word[:n], "~/"); parameter >= 0 {
		return parameter + 1
	}
	return n
}

func (l *layout) drawNotes(c draw.Canvas) {
	style := plainStyle(draw.XLeft, draw.YBottom)
	y := c.Min.Y + margin + vg.Length(len(l.notes)-1)*textLine
	for _, line := range l.notes {
		c.FillText(style, vg.Point{X: margin, Y: y}, line)
		y -= textLine
	}
}
