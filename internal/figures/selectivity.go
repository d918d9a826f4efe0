package figures

import (
	"math"

	"eisweep/internal/figures/drawing"
	"eisweep/internal/results"
)

// selectivity is the distribution of the orientation selectivity: the number of neurons in 40 bins from 0 to 1. An arrow shows
// the median of the neurons (the median over networks of it).
var selectivity = Figure{
	Name: "selectivity", Of: Training, Read: readSelectivity, Draw: drawSelectivity,
	About: "distribution of the orientation selectivity of E and I neurons",
}

// selectivityCumulative is the share of neurons whose selectivity is at most the value on the horizontal axis.
var selectivityCumulative = Figure{
	Name: "selectivity-cumulative", Of: Training, Read: readSelectivity, Draw: drawSelectivityCumulative,
	About: "the same, as a cumulative distribution",
}

var (
	osiEdges  = evenly(0, 1, 40)
	osiPoints = evenly(0, 1, 100)
)

func readSelectivity(r *results.Reader, _ bool) (Data, error) {
	f, data := read(r), Data{"points": osiPoints}
	for name, n := range map[string]int{"osi_e": f.ne, "osi_i": f.ni} {
		osi := f.array("/computed/"+name, n)
		data[name+" counts"] = counts(osiEdges, osi)
		osi = sorted(osi)
		data[name+" median"] = numbers{quantile(osi, 0.5)}
		for _, x := range osiPoints {
			data[name+" share"] = append(data[name+" share"], float64(atMost(osi, x))/float64(len(osi)))
		}
	}
	if f.err == nil && math.IsNaN(data["osi_e median"][0]) && math.IsNaN(data["osi_i median"][0]) {
		return f.refuse("the selectivity is NaN for every neuron")
	}
	return data, f.err
}

// atMost is how many of sorted values are at most x.
func atMost(values []float64, x float64) (n int) {
	for n < len(values) && values[n] <= x {
		n++
	}
	return n
}

func drawSelectivity(s *Set) (*drawing.Drawing, error) {
	var row []*drawing.Panel
	for _, p := range populations() {
		panel := &drawing.Panel{Name: p.osi, Title: p.title, X: osiAxis, Y: drawing.Axis{Label: "neurons"}}
		s.histograms(panel, osiEdges, p.osi+" counts", false)
		for i := range s.Groups {
			at, _, _ := s.Groups[i].over(p.osi + " median")
			panel.Layers = append(panel.Layers, drawing.Mark{Series: s.series(i), Style: s.style(i), At: at[0], Arrow: true})
		}
		row = append(row, panel)
	}
	d := s.drawing(nil, row)
	d.Notes = append(d.Notes, "Arrows: medians of the neurons.")
	return d, nil
}

var osiAxis = drawing.Axis{Label: "orientation selectivity", Min: 0, Max: 1}

type population struct{ osi, title string }

func populations() []population { return []population{{"osi_e", "E neurons"}, {"osi_i", "I neurons"}} }

func drawSelectivityCumulative(s *Set) (*drawing.Drawing, error) {
	var row []*drawing.Panel
	for _, p := range populations() {
		panel := &drawing.Panel{
			Name: p.osi, Title: p.title, X: osiAxis, Y: drawing.Axis{Label: "share of neurons", Min: 0, Max: 1},
		}
		if err := s.lines(panel, "points", p.osi+" share", ""); err != nil {
			return nil, err
		}
		row = append(row, panel)
	}
	return s.drawing(nil, row), nil
}
