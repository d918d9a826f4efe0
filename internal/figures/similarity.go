package figures

import (
	"errors"
	"fmt"
	"math"

	"eisweep/internal/figures/drawing"
	"eisweep/internal/results"
)

// similarity compares the recurrent weights of the E neurons with the correlations of their responses before training, and with
// the similarity of their responses at the end. Diagonals are 0. The fourth image is wee, scaled so that its maximum is that
// of the correlations, minus the correlations. Above 256 neurons, a cell is the mean over neighbouring neurons.
var similarity = Figure{
	Name: "similarity", Of: Training, Groups: 1, Read: readSimilarity, Draw: drawSimilarity,
	About: "recurrent weights and similarity of responses, as matrices",
}

// maxCells is how many cells an image has at most along each side.
const maxCells = 256

func readSimilarity(r *results.Reader, _ bool) (Data, error) {
	f := read(r)
	wee, sim := f.array("/sim_state/wee", f.ne, f.ne), f.array("/computed/response_sim_ee", f.ne, f.ne)
	correlations := f.firstLayer()
	if f.err != nil {
		return nil, f.err
	}
	difference := make([]float64, len(wee))
	for i := range f.ne {
		correlations[i*f.ne+i], sim[i*f.ne+i] = 0, 0
	}
	scale := largest(correlations) / largest(wee)
	for i, w := range wee {
		difference[i] = w*scale - correlations[i]
	}
	data := Data{"neurons": {float64(f.ne)}}
	for name, matrix := range map[string][]float64{"correlation": correlations, "wee": wee, "similarity": sim, "difference": difference} {
		data[name] = coarse(matrix, f.ne)
	}
	return data, nil
}

// firstLayer reads the correlations before training.
func (f *reading) firstLayer() []float64 {
	const path = "/computed/correlations_ee"
	var layer []float64
	if f.err != nil {
		return nil
	}
	_, dims, err := f.Shape(path)
	if f.err = err; errors.Is(err, results.ErrMissing) {
		f.err = notApplicable("the file has no %s", path)
	}
	at := 0
	for block, err := range f.Blocks(path, f.ne, f.ne, anyLength) {
		if err != nil {
			f.err = errors.Join(f.err, err)
			return nil
		}
		for _, v := range block {
			if at%dims[2] == 0 {
				layer = append(layer, v)
			}
			at++
		}
	}
	return layer
}

func largest(values []float64) (most float64) {
	for _, v := range values {
		if v > most {
			most = v
		}
	}
	return most
}

// coarse is a square matrix, or the means of its blocks if it is larger than maxCells.
func coarse(matrix []float64, n int) numbers {
	size := min(n, maxCells)
	sums, members := make(numbers, size*size), make([]float64, size*size)
	for i, v := range matrix {
		if cell := i/n*size/n*size + i%n*size/n; !math.IsNaN(v) {
			sums[cell], members[cell] = sums[cell]+v, members[cell]+1
		}
	}
	for cell := range sums {
		sums[cell] /= members[cell]
	}
	return sums
}

func drawSimilarity(s *Set) (*drawing.Drawing, error) {
	data := s.Groups[0].Networks[0].Data
	n := data["neurons"][0]
	panel := func(name, title string, colors drawing.Colors) *drawing.Panel {
		values := data[name]
		for _, v := range values {
			if !math.IsNaN(v) {
				colors.Max = max(colors.Max, math.Abs(v))
			}
		}
		if colors.Diverging {
			colors.Min = -colors.Max
		}
		span, rows := drawing.Span{From: -0.5, To: n - 0.5}, int(math.Round(math.Sqrt(float64(len(values)))))
		return &drawing.Panel{
			Name: name, Title: title, Colors: &colors,
			X:      drawing.Axis{Label: "E neuron (from)", Min: span.From, Max: span.To},
			Y:      drawing.Axis{Label: "E neuron (onto)", Min: span.From, Max: span.To, Down: true},
			Layers: []drawing.Layer{drawing.Image{Series: name, X: span, Y: span, Values: values, Rows: rows}},
		}
	}
	d := &drawing.Drawing{Notes: []string{s.Groups[0].only() + "."}, Panels: [][]*drawing.Panel{
		{
			panel("correlation", "correlation before training", drawing.Colors{Label: "correlation", Diverging: true}),
			panel("wee", "recurrent weights", drawing.Colors{Label: "weight"}),
		}, {
			panel("similarity", "similarity of responses", drawing.Colors{Label: "cosine"}),
			panel("difference", "weights − correlation", drawing.Colors{Label: "difference", Diverging: true}),
		},
	}}
	if n > maxCells {
		d.Notes = append(d.Notes, fmt.Sprintf("Cells are means over neighbouring neurons: %d cells for %.0f neurons.", maxCells, n))
	}
	return d, nil
}
