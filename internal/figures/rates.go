package figures

import (
	"fmt"

	"eisweep/internal/figures/drawing"
	"eisweep/internal/results"
)

// rates is the distribution of the settled rates of the E neurons over all stimuli: the number of responses in 60 bins of equal
// ratio from 0.001 to 1000 per second. The first bin also has the lower rates, zeros among them, and the last one the higher.
var rates = Figure{
	Name: "rates", Of: Training, Read: readRates, Draw: drawRates,
	About: "distribution of the settled rates of E neurons",
}

var rateEdges = logarithmic(1e-3, 1e3, 60)

func readRates(r *results.Reader, _ bool) (Data, error) {
	f := read(r)
	n, silent := make(numbers, len(rateEdges)-1), 0.0
	all := f.responses("/computed/responses_exc", f.ne)
	for _, rate := range all {
		if rate == 0 {
			silent++
		}
	}
	addClipped(n, rateEdges, all)
	return Data{"counts": n, "silent": {silent / float64(len(all))}, "rho0": {float64(f.parameters().Pl.Rho0)}}, f.err
}

// addClipped counts values, those outside the bins in the first or last of them; NaN is left out.
func addClipped(n, edges, values []float64) {
	for _, v := range values {
		switch last := len(edges) - 1; {
		case v < edges[0]:
			n[0]++
		case v > edges[last]:
			n[last-1]++
		default:
			if i := bin(edges, v); i >= 0 {
				n[i]++
			}
		}
	}
}

func drawRates(s *Set) (*drawing.Drawing, error) {
	panel := &drawing.Panel{
		Name: "rates", X: drawing.Axis{Label: "rate of E neurons, 1/s", Log: true, Min: 1e-3, Max: 1e3},
		Y: drawing.Axis{Label: "responses", Log: true},
	}
	rho0 := s.Groups[0].Networks[0].Data["rho0"][0]
	panel.Layers = append(panel.Layers, drawing.Mark{Series: "rho0", Style: drawing.Style{Color: drawing.Ink, Dashed: true}, At: rho0})
	s.histograms(panel, rateEdges, "counts", false)
	d := s.drawing(func(group int) string {
		share, _, _ := s.Groups[group].over("silent")
		return fmt.Sprintf("%.0f %% of responses are 0", 100*fact(panel, s.series(group), "share of zeros", share[0]))
	}, []*drawing.Panel{panel})
	d.Notes = append(d.Notes, fmt.Sprintf("Dashed: the target rate rho0, %g/s. The first bin also contains all lower rates.", rho0))
	return d, nil
}
