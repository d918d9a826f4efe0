package figures

import (
	"fmt"
	"math"

	"eisweep/internal/figures/drawing"
	"eisweep/internal/results"
)

// currents are the excitatory and the inhibitory input of one E neuron: the mean over the third axis of the stimuli, one row of maps
// for each group, with common colours. The neuron is the one whose cc is closest to the median of the last group's network.
var currents = Figure{
	Name: "currents", Of: Training, Groups: 4, Read: readCurrents, Draw: drawCurrents,
	About: "excitatory and inhibitory input of one neuron, before and after training",
}

func readCurrents(r *results.Reader, _ bool) (Data, error) {
	f, data := read(r), Data{}
	data["cc"] = f.array("/computed/cc", f.ne)
	for _, name := range []string{"exc_in", "inh_in"} {
		all := f.responses("/computed/"+name, f.ne)
		if f.err != nil {
			return nil, f.err
		}
		for n := range f.ne {
			data[name] = append(data[name], f.overThird(all, f.ne, n)...)
		}
	}
	return data, nil
}

func drawCurrents(s *Set) (*drawing.Drawing, error) {
	cc := s.Groups[len(s.Groups)-1].Networks[0].Data["cc"]
	neuron, middle := 0, median(cc)
	for n, v := range cc {
		if math.Abs(v-middle) < math.Abs(cc[neuron]-middle) || math.IsNaN(cc[neuron]) {
			neuron = n
		}
	}
	d, colors := &drawing.Drawing{}, &drawing.Colors{Label: "input, 1/s", Min: math.Inf(1), Max: math.Inf(-1)}
	for i := range s.Groups {
		network := &s.Groups[i].Networks[0]
		if len(network.Data["cc"]) != len(cc) {
			return nil, fmt.Errorf("%s has a different number of neurons than the others: choose some with --where", network.Name)
		}
		var row []*drawing.Panel
		for _, name := range []string{"exc_in", "inh_in"} {
			size := len(network.Data[name]) / len(cc)
			values := network.Data[name][neuron*size : (neuron+1)*size]
			for _, v := range values {
				colors.Min, colors.Max = min(colors.Min, v), max(colors.Max, v)
			}
			panel := stimulusMap(s.series(i)+" "+name, values, colors)
			panel.Title = map[string]string{"exc_in": "excitatory input", "inh_in": "inhibitory input"}[name]
			if s.By != "" {
				panel.Title = s.title(i) + ": " + panel.Title
			}
			row = append(row, panel)
		}
		row[0].Text = []string{"cc = " + signed(fact(row[0], s.series(i), "cc", network.Data["cc"][neuron]))}
		d.Panels, d.Notes = append(d.Panels, row), append(d.Notes, s.Groups[i].only()+".")
	}
	fact(d.Panels[0][0], "", "neuron", float64(neuron))
	d.Notes = append([]string{fmt.Sprintf("E neuron %d; mean over the third axis of the stimuli.", neuron)}, d.Notes...)
	return d, nil
}
