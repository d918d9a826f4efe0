package figures

import (
	"fmt"
	"math"

	"eisweep/internal/figures/drawing"
	"eisweep/internal/results"
	"eisweep/sim"
)

// weights are the distributions of the weights above 0 of all pathways, relative to j, the mean of the distribution that they
// were drawn from (docs/model.md#connectivity-and-initial-weights): 100 logarithmic bins from j/10,000 to 100 j, and 100 linear
// bins from 0 to 10 j. The first and the last bin also contain the values outside. Files of the published program do not contain
// j; for them, j is the mean of the weights above 0 before training.
var weights = Figure{
	Name: "weights", Of: Training, Read: readWeights, Draw: drawWeights,
	About: "distributions of the weights of all pathways",
}

var (
	weightEdgesLog    = logarithmic(1e-4, 1e2, 100)
	weightEdgesLinear = evenly(0, 10, 100)
)

type weightMatrix struct {
	name, title string
	pathway     func(p *sim.Parameters) sim.Connection
	initial     string // where the weights before training are
}

func weightMatrices() []weightMatrix {
	return []weightMatrix{
		{"wee", "E → E", func(p *sim.Parameters) sim.Connection { return p.Sy.E2E }, "wee"},
		{"wei", "I → E", func(p *sim.Parameters) sim.Connection { return p.Sy.I2E }, "wei_init"},
		{"wie", "E → I", func(p *sim.Parameters) sim.Connection { return p.Sy.E2I }, "wie_init"},
		{"wii", "I → I", func(p *sim.Parameters) sim.Connection { return p.Sy.I2I }, "wii"},
	}
}

func readWeights(r *results.Reader, _ bool) (Data, error) {
	f, data := read(r), Data{}
	population := map[byte]int{'e': f.ne, 'i': f.ni}
	for _, m := range weightMatrices() {
		post, pre := population[m.name[1]], population[m.name[2]]
		initial := positive(f.array("/sim_state/"+m.initial, post, pre))
		j := mean(initial)
		if parameters := f.parameters(); f.Info.HasTask && f.Info.Initial == nil {
			c := m.pathway(&parameters)
			j = float64(c.WTotal) / math.RoundToEven(float64(c.P)*float64(pre))
		}
		w := positive(f.array("/sim_state/"+m.name, post, pre))
		for i := range w {
			w[i] /= j
		}
		log, linear := make(numbers, len(weightEdgesLog)-1), make(numbers, len(weightEdgesLinear)-1)
		addClipped(log, weightEdgesLog, w)
		addClipped(linear, weightEdgesLinear, w)
		data[m.name+" log"], data[m.name+" linear"], data[m.name+" j"] = log, linear, numbers{j}
	}
	return data, f.err
}

func positive(values []float64) (above []float64) {
	for _, v := range values {
		if v > 0 {
			above = append(above, v)
		}
	}
	return above
}

func drawWeights(s *Set) (*drawing.Drawing, error) {
	var rows [][]*drawing.Panel
	for _, m := range weightMatrices() {
		log := &drawing.Panel{Name: m.name + " log", Title: m.title, X: drawing.Axis{Label: "weight / j", Log: true, Min: 1e-4, Max: 1e2}}
		linear := &drawing.Panel{Name: m.name + " linear", Title: m.title, X: drawing.Axis{Label: "weight / j", Min: 0, Max: 10}}
		for _, panel := range []*drawing.Panel{log, linear} {
			panel.Y.Label = "synapses"
			panel.Layers = append(panel.Layers, drawing.Mark{Series: "j", Style: drawing.Style{Color: drawing.Ink, Dashed: true}, At: 1})
			edges := weightEdgesLog
			if panel == linear {
				edges = weightEdgesLinear
			}
			s.histograms(panel, edges, panel.Name, false)
		}
		for i := range s.Groups {
			j, _, _ := s.Groups[i].over(m.name + " j")
			fact(log, s.series(i), "j", j[0])
		}
		if j := s.shared(m.name + " j"); !math.IsNaN(j) {
			log.Title += fmt.Sprintf(", j = %.3g", j)
			linear.Title = log.Title
		}
		rows = append(rows, []*drawing.Panel{log, linear})
	}
	d := s.drawing(nil, rows...)
	d.Notes = append(d.Notes,
		"j (dashed): mean of the distribution that the weights were drawn from. Weights outside are in the outermost bins.")
	return d, nil
}

// shared is the first number of an array that all networks have in common; NaN if they differ.
func (s *Set) shared(name string) float64 {
	value := s.Groups[0].Networks[0].Data[name][0]
	for _, g := range s.Groups {
		for _, n := range g.Networks {
			if n.Data[name][0] != value {
				return math.NaN()
			}
		}
	}
	return value
}
