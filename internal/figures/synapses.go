package figures

import (
	"fmt"
	"math"
	"slices"

	"eisweep/internal/figures/drawing"
	"eisweep/internal/results"
)

// synapses shows how the weights that learn depend on the similarity of the responses of the two neurons, and on each other,
// over the existing synapses. One network per group: points (at most 2,000, evenly chosen in the order of the matrix) and the
// least-squares line through all of them. Several networks: 20 bins with equal numbers of synapses, and in each the mean of both.
// Above: Pearson's r (the median over networks).
var synapses = Figure{
	Name: "synapses", Of: Training, Read: readSynapses, Draw: drawSynapses,
	About: "weights against response similarity, and against each other",
}

const (
	mostPoints  = 2000
	synapseBins = 20
)

// relation is one panel of the figure.
type relation struct{ name, title, x, y string }

func relations() []relation {
	return []relation{
		{"wei", "I → E", "response similarity", "weight I → E"},
		{"wie", "E → I", "response similarity", "weight E → I"},
		{"both", "reciprocal pairs", "weight E → I", "weight I → E"},
	}
}

func readSynapses(r *results.Reader, detailed bool) (Data, error) {
	f := read(r)
	wei, zei := f.array("/sim_state/wei", f.ne, f.ni), f.array("/sim_state/zei", f.ne, f.ni)
	wie, zie := f.array("/sim_state/wie", f.ni, f.ne), f.array("/sim_state/zie", f.ni, f.ne)
	similarity := f.array("/computed/response_sim", f.ne, f.ni)
	if f.err != nil {
		return nil, f.err
	}
	var x, y [3][]float64
	add := func(panel int, there bool, xi, yi float64) {
		if there && !math.IsNaN(xi+yi) {
			x[panel], y[panel] = append(x[panel], xi), append(y[panel], yi)
		}
	}
	for e := range f.ne {
		for i := range f.ni {
			ei, ie := e*f.ni+i, i*f.ne+e
			add(0, zei[ei] == 1, similarity[ei], wei[ei])
			add(1, zie[ie] == 1, similarity[ei], wie[ie])
			add(2, zei[ei] == 1 && zie[ie] == 1, wie[ie], wei[ei])
		}
	}
	data := Data{}
	for i, relation := range relations() {
		data.addRelation(relation.name, x[i], y[i], detailed)
	}
	return data, nil
}

func (d Data) addRelation(name string, x, y []float64, detailed bool) {
	d[name+" fit"] = fitLine(x, y).numbers()
	if detailed {
		for _, i := range spread(0, len(x)-1, mostPoints) {
			d[name+" x"], d[name+" y"] = append(d[name+" x"], x[i]), append(d[name+" y"], y[i])
		}
		if len(x) > 0 {
			d[name+" ends"] = numbers{slices.Min(x), slices.Max(x)}
		}
		return
	}
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case x[a] < x[b]:
			return -1
		case x[a] > x[b]:
			return 1
		}
		return 0
	})
	for b := range synapseBins {
		var inX, inY []float64
		for _, i := range order[len(x)*b/synapseBins : len(x)*(b+1)/synapseBins] {
			inX, inY = append(inX, x[i]), append(inY, y[i])
		}
		d[name+" mean x"], d[name+" mean y"] = append(d[name+" mean x"], mean(inX)), append(d[name+" mean y"], mean(inY))
	}
}

func drawSynapses(s *Set) (*drawing.Drawing, error) {
	var row []*drawing.Panel
	for _, r := range relations() {
		panel := &drawing.Panel{Name: r.name, Title: r.title, X: drawing.Axis{Label: r.x}, Y: drawing.Axis{Label: r.y}}
		for i := range s.Groups {
			s.addSynapses(panel, r.name, i)
		}
		row = append(row, panel)
	}
	d := s.drawing(nil, row)
	switch {
	case s.Detailed:
		d.Notes = append(d.Notes, fmt.Sprintf("Points: at most %d synapses. Lines: least squares over all synapses.", mostPoints))
	case s.single():
		d.Notes = append(d.Notes, fmt.Sprintf("Points: mean weight in %d bins with equal numbers of synapses.", synapseBins))
	default: // in place of the note on lines
		d.Notes[len(d.Notes)-1] = fmt.Sprintf(
			"Points: %d bins with equal numbers of synapses, median over networks of the mean weight; bars: quartiles.", synapseBins)
	}
	return d, nil
}

func (s *Set) addSynapses(panel *drawing.Panel, name string, group int) {
	g, series, style := &s.Groups[group], s.series(group), s.style(group)
	numbers, _, _ := g.over(name + " fit")
	line := fit{numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]}
	if s.Detailed {
		data := g.Networks[0].Data
		points := drawing.Points{Series: series, Style: style, Small: true, X: data[name+" x"], Y: data[name+" y"]}
		panel.Layers = append(panel.Layers, points)
		if ends := data[name+" ends"]; len(ends) == 2 {
			panel.Layers = append(panel.Layers, drawing.Line{Series: series, Style: style, X: ends,
				Y: []float64{line.intercept + line.slope*ends[0], line.intercept + line.slope*ends[1]}})
		}
		fact(panel, series, "p", line.p)
	} else {
		x, _, _ := g.over(name + " mean x")
		y, low, high := g.over(name + " mean y")
		panel.Layers = append(panel.Layers, drawing.Points{Series: series, Style: style, X: x, Y: y, Low: low, High: high},
			drawing.Line{Series: series, Style: style, X: x, Y: y})
	}
	for i, name := range []string{"n", "slope", "intercept", "r"} {
		fact(panel, series, name, numbers[i])
	}
	text := "r = " + signed(line.r)
	switch {
	case math.IsNaN(line.r):
		text = "no correlation: constant"
	case s.Detailed:
		text += ", " + probability(line.p)
	}
	if len(s.Groups) > 1 {
		text = s.Groups[group].Label + ": " + text
	}
	panel.Text = append(panel.Text, text)
}
