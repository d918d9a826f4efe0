package figures

import (
	"fmt"
	"math"
	"slices"

	"eisweep/internal/figures/drawing"
	"eisweep/internal/results"
)

// examples are the responses of three pairs of neurons with synapses both ways: those with the highest, the middle and the lowest
// similarity of responses. A map shows the mean rate over the third axis of the stimuli.
var examples = Figure{
	Name: "examples", Of: Training, Groups: 1, Read: readExamples, Draw: drawExamples,
	About: "responses of three pairs of neurons, from similar to different",
}

// pair is an E and an I neuron.
type pair struct {
	e, i       int
	similarity float64
}

func readExamples(r *results.Reader, _ bool) (Data, error) {
	f, data := read(r), Data{}
	zei, zie := f.array("/sim_state/zei", f.ne, f.ni), f.array("/sim_state/zie", f.ni, f.ne)
	similarity := f.array("/computed/response_sim", f.ne, f.ni)
	exc, inh := f.responses("/computed/responses_exc", f.ne), f.responses("/computed/responses_inh", f.ni)
	if f.err != nil {
		return nil, f.err
	}
	var pairs []pair
	for e := range f.ne {
		for i := range f.ni {
			if v := similarity[e*f.ni+i]; zei[e*f.ni+i] == 1 && zie[i*f.ne+e] == 1 && !math.IsNaN(v) {
				pairs = append(pairs, pair{e, i, v})
			}
		}
	}
	if len(pairs) == 0 {
		return f.refuse("no pair of neurons has synapses both ways and a similarity of responses")
	}
	slices.SortStableFunc(pairs, func(a, b pair) int {
		if a.similarity > b.similarity {
			return -1
		} else if a.similarity < b.similarity {
			return 1
		}
		return 0
	})
	for k, p := range []pair{pairs[0], pairs[len(pairs)/2], pairs[len(pairs)-1]} {
		data[pairName(k)] = numbers{float64(p.e), float64(p.i), p.similarity}
		data[pairName(k)+" e"] = f.overThird(exc, f.ne, p.e)
		data[pairName(k)+" i"] = f.overThird(inh, f.ni, p.i)
	}
	return data, nil
}

func pairName(k int) string { return [...]string{"high", "middle", "low"}[k] }

func drawExamples(s *Set) (*drawing.Drawing, error) {
	data := s.Groups[0].Networks[0].Data
	rows := make([][]*drawing.Panel, 2)
	for row, population := range []string{"e", "i"} {
		highest := 0.0
		for k := range 3 {
			highest = max(highest, slices.Max(data[pairName(k)+" "+population]))
		}
		for k := range 3 {
			p := data[pairName(k)]
			panel := stimulusMap(pairName(k)+" "+population, data[pairName(k)+" "+population],
				&drawing.Colors{Label: "rate, 1/s", Max: highest})
			panel.Title = fmt.Sprintf("%s neuron %d", []string{"E", "I"}[row], int(p[row]))
			if row == 0 {
				panel.Text = []string{"similarity " + signed(p[2])}
				fact(panel, pairName(k), "similarity", p[2])
			}
			rows[row] = append(rows[row], panel)
		}
	}
	return &drawing.Drawing{Panels: rows, Notes: []string{s.Groups[0].only() + "."}}, nil
}

// stimulusMap shows a value for each stimulus of the first two axes; the first is the vertical one.
func stimulusMap(name string, values []float64, colors *drawing.Colors) *drawing.Panel {
	n := int(math.Round(math.Sqrt(float64(len(values)))))
	span := drawing.Span{From: -0.5, To: float64(n) - 0.5}
	return &drawing.Panel{
		Name: name, Colors: colors,
		X:      drawing.Axis{Label: "stimulus j", Min: span.From, Max: span.To},
		Y:      drawing.Axis{Label: "stimulus i", Min: span.From, Max: span.To},
		Layers: []drawing.Layer{drawing.Image{Series: name, X: span, Y: span, Values: values, Rows: n}},
	}
}
