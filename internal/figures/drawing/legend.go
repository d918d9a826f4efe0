package drawing

import (
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// lines breaks the legend into lines of a width.
func (g *Legend) lines(width vg.Length) (lines [][]Entry) {
	if len(g.Entries) == 0 {
		return nil
	}
	style := plainStyle(draw.XLeft, draw.YCenter)
	indent := g.indent()
	used := width + 1
	for _, e := range g.Entries {
		need := legendGlyph + 4 + style.Width(e.Label)
		if used+need > width {
			lines, used = append(lines, nil), indent
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], e)
		used += need + legendGap
	}
	return lines
}

// indent is where the entries begin, after the title.
func (g *Legend) indent() vg.Length {
	if g.Title == "" {
		return 0
	}
	return bold(plainStyle(draw.XLeft, draw.YCenter)).Width(g.Title) + legendGap
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
	legend := Legend{Title: title}
	for _, line := range l.legend {
		x := margin + legend.indent()
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

// noteLines breaks the notes into lines of a width, at spaces.
func (d *Drawing) noteLines(width vg.Length) (lines []string) {
	style := plainStyle(draw.XLeft, draw.YBottom)
	for _, note := range d.Notes {
		line := ""
		for _, word := range strings.Fields(note) {
			if longer := strings.TrimSpace(line + " " + word); line == "" || style.Width(longer) <= width {
				line = longer
				continue
			}
			lines, line = append(lines, line), word
		}
		lines = append(lines, line)
	}
	return lines
}

func (l *layout) drawNotes(c draw.Canvas) {
	style := plainStyle(draw.XLeft, draw.YBottom)
	y := c.Min.Y + margin + vg.Length(len(l.notes)-1)*textLine
	for _, line := range l.notes {
		c.FillText(style, vg.Point{X: margin, Y: y}, line)
		y -= textLine
	}
}
