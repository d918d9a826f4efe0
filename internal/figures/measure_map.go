package figures

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"eisweep/internal/figures/drawing"
)

// drawMaps draws the mean at each point of the grid that the values of both parameters span. Cells have equal sizes, whatever the
// distance of the values. Places whose networks have no value of the measure are part of the grid, and a circle marks a mean of suspect
// networks alone.
func (m *Measured) drawMaps() *drawing.Drawing {
	columns := placesOf(m.Groups, func(n *MeasuredNetwork) float64 { return n.X })
	rows := placesOf(m.Groups, func(n *MeasuredNetwork) float64 { return n.Y })
	colors := &drawing.Colors{Label: withUnit(m.Name, m.Unit), Min: math.Inf(1), Max: math.Inf(-1)}
	var panels []*drawing.Panel
	suspects := 0
	for _, g := range m.Groups {
		sums, counts := make([]float64, len(columns)*len(rows)), make([]float64, len(columns)*len(rows))
		sound := make([]bool, len(counts))
		for _, n := range known(g.Networks) {
			cell := slices.Index(rows, n.Y)*len(columns) + slices.Index(columns, n.X)
			if sums[cell], counts[cell] = sums[cell]+n.Value, counts[cell]+1; n.Suspect {
				suspects++
			} else {
				sound[cell] = true
			}
		}
		alone := drawing.Points{Series: g.Label + ": suspect networks", Style: drawing.Style{Color: drawing.Ink, Hollow: true}}
		for cell, n := range counts {
			if n > 0 && !sound[cell] {
				alone.X, alone.Y = append(alone.X, float64(cell%len(columns))), append(alone.Y, float64(cell/len(columns)))
			}
			if sums[cell] /= n; n > 0 {
				colors.Min, colors.Max = min(colors.Min, sums[cell]), max(colors.Max, sums[cell])
			}
		}
		panel := &drawing.Panel{
			Name: m.Name, Title: g.Label, X: m.X.axis(), Y: m.Y.axis(), Colors: colors,
			Layers: []drawing.Layer{
				drawing.Image{Series: g.Label, X: whole(columns), Y: whole(rows), Values: sums, Rows: len(rows)}, alone,
			},
		}
		panel.X.Names, panel.Y.Names = m.X.words(columns, m.X.mostColumns(columns)), m.Y.words(rows, mostRows)
		panels = append(panels, panel)
	}
	if colors.Min == colors.Max {
		colors.Max = colors.Min + max(math.Abs(colors.Min)*1e-3, 1e-9)
	}
	d := &drawing.Drawing{Panels: grid(panels), Notes: []string{"Means over networks; grey: no value."}}
	if suspects > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("%d of the networks %s suspect. Circles: means of suspect networks alone.",
			suspects, are(suspects)))
	}
	return d
}

// grid arranges panels in rows of at most three; four are two rows of two.
func grid(panels []*drawing.Panel) (rows [][]*drawing.Panel) {
	columns := min(len(panels), 3)
	if len(panels) == 4 {
		columns = 2
	}
	for len(panels) > 0 {
		row := append([]*drawing.Panel(nil), panels[:min(columns, len(panels))]...)
		panels = panels[len(row):]
		for len(row) < columns {
			row = append(row, nil)
		}
		rows = append(rows, row)
	}
	return rows
}

func whole(cells []float64) drawing.Span {
	return drawing.Span{From: -0.5, To: float64(len(cells)) - 0.5}
}

// mostRows is how many labels fit above each other, and rowRoom how many characters fit beside each other.
const (
	mostRows = 8
	rowRoom  = 30
)

// mostColumns is how many numbers fit beside each other. Words are as many as rows.
func (p *Parameter) mostColumns(values []float64) int {
	if p.Words != nil {
		return mostRows
	}
	longest := 0
	for _, label := range p.words(values, len(values)) {
		longest = max(longest, utf8.RuneCountInString(label))
	}
	return min(max(rowRoom/(longest+2), 2), mostRows)
}

// words are the labels of values; of many values, some, at most most. Numbers have 3 digits, or as many as tell them apart.
func (p *Parameter) words(values []float64, most int) (labels []string) {
	every := (len(values) + most - 1) / most
	n := digits(values)
	for i, v := range values {
		switch {
		case i%every != 0:
			labels = append(labels, "")
		case p.Words != nil:
			labels = append(labels, p.Words[int(v)])
		default:
			labels = append(labels, strings.ReplaceAll(short(v, n), "-", "−"))
		}
	}
	return labels
}

// digits are how many tell values apart: 3 if that is enough.
func digits(values []float64) int {
	for n := 3; n < 17; n++ {
		seen := map[string]bool{}
		for _, v := range values {
			seen[short(v, n)] = true
		}
		if len(seen) == len(values) {
			return n
		}
	}
	return 17
}

// short is a number with at most n digits, or all of its digits if that is shorter.
func short(v float64, n int) string {
	rounded, exactly := strconv.FormatFloat(v, 'g', n, 64), strconv.FormatFloat(v, 'g', -1, 64)
	if len(exactly) <= len(rounded) {
		return exactly
	}
	return rounded
}
