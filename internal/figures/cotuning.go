package figures

import (
	"fmt"
	"math"
	"slices"

	"eisweep/internal/figures/drawing"
	"eisweep/internal/results"
)

// cotuning is the distribution of cc, the rank correlation of a neuron's excitatory and inhibitory input over stimuli: the
// density of the neurons in 40 bins from −1 to 1. The legend gives the share of neurons with cp > 0.001.
var cotuning = Figure{
	Name: "cotuning", Of: Training, Read: readCotuning, Draw: drawCotuning,
	About: "distribution of cc, the correlation of excitatory and inhibitory input",
}

var ccEdges = evenly(-1, 1, 40)

func readCotuning(r *results.Reader, _ bool) (Data, error) {
	f := read(r)
	cc, cp := f.array("/computed/cc", f.ne), f.array("/computed/cp", f.ne)
	density, n := counts(ccEdges, cc), float64(len(sorted(slices.Clone(cc))))
	if n == 0 {
		return f.refuse("cc is NaN for every neuron")
	}
	for i := range density {
		density[i] /= n * (ccEdges[i+1] - ccEdges[i])
	}
	weak := 0.0
	for i, p := range cp {
		if p > 1e-3 && !math.IsNaN(cc[i]) {
			weak++
		}
	}
	return Data{"density": density, "weak": {weak / n}}, f.err
}

func drawCotuning(s *Set) (*drawing.Drawing, error) {
	panel := &drawing.Panel{
		Name: "cc", X: drawing.Axis{Label: "correlation of excitation and inhibition, cc", Min: -1, Max: 1},
		Y: drawing.Axis{Label: "density of neurons"},
	}
	s.histograms(panel, ccEdges, "density", false)
	return s.drawing(func(group int) string {
		share, _, _ := s.Groups[group].over("weak")
		return fmt.Sprintf("%.0f %% with p > 0.001", 100*fact(panel, s.series(group), "share with cp > 0.001", share[0]))
	}, []*drawing.Panel{panel}), nil
}
