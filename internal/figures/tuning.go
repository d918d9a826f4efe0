package figures

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"eisweep/internal/figures/drawing"
	"eisweep/internal/results"
)

// tuning is the external input against the location of the stimulus along each axis, with a line for each preferred location: the
// mean over the other two axes and over the neurons with this preference.
var tuning = Figure{
	Name: "tuning", Of: Training, Groups: 1, Read: readTuning, Draw: drawTuning,
	About: "external input against the location of the stimulus",
}

func readTuning(r *results.Reader, _ bool) (Data, error) {
	f, data := read(r), Data{}
	afferents, preferences := f.responses("/sim_state/afferents", f.ne), f.array("/sim_state/stimulus_pref", f.ne, 3)
	if f.err != nil {
		return nil, f.err
	}
	for axis := range 3 {
		sums, members := map[float64][]float64{}, map[float64]int{}
		for n := range f.ne {
			p := preferences[n*3+axis]
			if members[p]++; sums[p] == nil {
				sums[p] = make([]float64, f.s)
			}
			for i := range f.stimuli() {
				at := [3]int{i / (f.s * f.s), i / f.s % f.s, i % f.s}
				sums[p][at[axis]] += afferents[i*f.ne+n]
			}
		}
		for _, p := range slices.Sorted(maps.Keys(sums)) {
			data[axisName(axis)] = append(data[axisName(axis)], p)
			for _, sum := range sums[p] {
				data[axisName(axis)+" input"] = append(data[axisName(axis)+" input"], sum/float64(members[p]*f.s*f.s))
			}
		}
	}
	for l := range f.s {
		data["locations"] = append(data["locations"], -math.Pi+2*math.Pi*float64(l)/float64(f.s))
	}
	return data, nil
}

func axisName(axis int) string { return fmt.Sprintf("axis %d", axis+1) }

func drawTuning(s *Set) (*drawing.Drawing, error) {
	var row []*drawing.Panel
	data := s.Groups[0].Networks[0].Data
	x := data["locations"]
	d := &drawing.Drawing{Legend: drawing.Legend{Title: "preference, rad"}, Notes: []string{s.Groups[0].only() + "."}}
	for axis := range 3 {
		name := axisName(axis)
		panel := &drawing.Panel{
			Name: name, Title: name, X: drawing.Axis{Label: "location of the stimulus, rad", Ticks: []float64{-3, -2, -1, 0, 1, 2, 3}},
			Y: drawing.Axis{Label: "mean input, 1/s"},
		}
		if axis == 2 {
			panel.Title += " (orientation)"
		}
		for i, p := range data[name] {
			line := drawing.Line{Series: signed(p), Style: drawing.Style{Color: i}, X: x, Y: data[name+" input"][i*len(x) : (i+1)*len(x)]}
			if panel.Layers = append(panel.Layers, line); axis == 0 {
				d.Legend.Entries = append(d.Legend.Entries, drawing.Entry{Style: line.Style, Label: signed(p)})
			}
		}
		row = append(row, panel)
	}
	d.Panels = [][]*drawing.Panel{row}
	return d, nil
}
