package figures

import (
	"iter"
	"math"
	"slices"

	"eisweep/internal/figures/drawing"
	"eisweep/internal/results"
)

// influence is how the rates of the E neurons change when one of them is pushed, against the correlation of their responses with
// those of the pushed neuron, which is included. One network per group: the bins of the file, mean and standard error. The bins of
// files differ; so for several networks there are 20 common bins from −1 to 1, and in each the mean of every network.
var influence = Figure{
	Name: "influence", Of: Perturbation, Read: readInfluence, Draw: drawInfluence,
	About: "change of rates against correlation with the pushed neuron",
}

// influenceWithoutSelf is the same without the pushed neurons. For one network per group the edges are those of the file.
var influenceWithoutSelf = Figure{
	Name: "influence-without-self", Of: Perturbation, Read: readInfluenceWithoutSelf, Draw: drawInfluence,
	About: "the same, without the pushed neuron itself",
}

// influenceExample is the mean change over stimuli of every other E neuron for the first pushed neuron, against the correlation of
// their responses.
var influenceExample = Figure{
	Name: "influence-example", Of: Perturbation, Groups: 4, Read: readInfluenceExample, Draw: drawInfluenceExample,
	About: "change of every neuron's rate when one neuron is pushed",
}

var commonEdges = evenly(-1, 1, 20)

func readInfluence(r *results.Reader, detailed bool) (Data, error) {
	if !detailed {
		return binnedInfluence(read(r), commonEdges, true)
	}
	f := read(r)
	data := Data{
		"correlation": f.array("/computed/correlation_bins", 9), "mean": f.array("/computed/correlation_mean", 9),
		"sem": f.array("/computed/correlation_sem", 9),
	}
	return data.correlated(f.err)
}

// correlated refuses the means of bins if no bin has one.
func (d Data) correlated(err error) (Data, error) {
	if err == nil && !slices.ContainsFunc(d["mean"], isFinite) {
		return nil, notApplicable("no neuron has a correlation with a pushed neuron: their rates are the same for all stimuli")
	}
	return d, err
}

func readInfluenceWithoutSelf(r *results.Reader, detailed bool) (Data, error) {
	f, edges := read(r), commonEdges
	if detailed {
		edges = f.array("/computed/original_bins", 10)
	}
	return binnedInfluence(f, edges, false)
}

// binnedInfluence is the mean and the standard error of the changes in each bin of correlations. A bin contains its lower edge and
// not its upper one. A bin without a change has NaN, one with a single change NaN for its error. Correlations that rounding carried
// beyond ±1 count as ±1.
func binnedInfluence(f *reading, edges []float64, self bool) (Data, error) {
	bins := make([]moments, max(len(edges)-1, 0))
	err := f.changes(func(neuron, pushed int, correlation, change float64) {
		if i := bin(edges, max(-1, min(correlation, 1))); i >= 0 && (self || neuron != pushed) {
			bins[i].add(change)
		}
	})
	if err != nil {
		return nil, err
	}
	data := Data{}
	for i, b := range bins {
		data["correlation"] = append(data["correlation"], (edges[i]+edges[i+1])/2)
		data["mean"] = append(data["mean"], b.mean())
		data["sem"] = append(data["sem"], b.sem())
	}
	return data.correlated(nil)
}

// moments are the mean and the variance of numbers, by Welford's recurrence.
type moments struct{ n, center, squares float64 }

func (m *moments) add(v float64) {
	m.n++
	d := v - m.center
	m.center += d / m.n
	m.squares += d * (v - m.center)
}

func (m *moments) mean() float64 {
	if m.n == 0 {
		return math.NaN()
	}
	return m.center
}

func (m *moments) sem() float64 { return math.Sqrt(m.squares / (m.n - 1) / m.n) }

// changes calls each with every change of a rate and the correlation that belongs to it.
func (f *reading) changes(each func(neuron, pushed int, correlation, change float64)) error {
	perturbed := f.array("/raw_data/perturbed", anyLength)
	if f.err != nil {
		return f.err
	}
	dims := []int{len(perturbed), 1, f.s, f.s, f.s, f.ne}
	correlations, stop := iter.Pull2(f.Blocks("/raw_data/all_correlations", dims...))
	defer stop()
	at := 0
	for block, err := range f.Blocks("/raw_data/rate_change", dims...) {
		if err != nil {
			return err
		}
		other, err, _ := correlations()
		if err != nil {
			return err
		}
		for i, change := range block {
			each(at%f.ne, int(perturbed[at/(f.stimuli()*f.ne)]), other[i], change)
			at++
		}
	}
	return nil
}

func noChange() drawing.Mark {
	return drawing.Mark{Series: "no change", Style: drawing.Style{Color: drawing.Ink, Dashed: true}, Horizontal: true}
}

func drawInfluence(s *Set) (*drawing.Drawing, error) {
	panel := &drawing.Panel{
		Name: "influence", X: drawing.Axis{Label: "correlation with the pushed neuron"},
		Y: drawing.Axis{Label: "change of rate per unit of input"},
	}
	panel.Layers = append(panel.Layers, noChange())
	if !s.Detailed {
		if err := s.lines(panel, "correlation", "mean", ""); err != nil {
			return nil, err
		}
		return s.drawing(nil, []*drawing.Panel{panel}), nil
	}
	for i := range s.Groups {
		data := s.Groups[i].Networks[0].Data
		low, high := around(data["mean"], data["sem"])
		points := drawing.Points{
			Series: s.series(i), Style: s.style(i), X: data["correlation"], Y: data["mean"], Low: low, High: high,
		}
		panel.Layers = append(panel.Layers, drawing.Line{Series: points.Series, Style: points.Style, X: points.X, Y: points.Y}, points)
	}
	d := s.drawing(nil, []*drawing.Panel{panel})
	d.Notes = append(d.Notes, "Points: mean in each bin; bars: standard error.")
	return d, nil
}

func readInfluenceExample(r *results.Reader, _ bool) (Data, error) {
	f := read(r)
	perturbed, correlations := f.array("/raw_data/perturbed", anyLength), f.array("/computed/correlations_ee", f.ne, f.ne)
	if f.err != nil {
		return nil, f.err
	}
	pushed, sums, at := int(perturbed[0]), make([]float64, f.ne), 0
	if pushed < 0 || pushed >= f.ne {
		return f.refuse("it says that neuron %d was pushed, but there are only %d", pushed, f.ne)
	}
	for block, err := range f.Blocks("/raw_data/rate_change", len(perturbed), 1, f.s, f.s, f.s, f.ne) {
		if err != nil {
			return nil, err
		}
		for _, change := range block {
			if at < f.stimuli()*f.ne {
				sums[at%f.ne] += change / float64(f.stimuli())
			}
			at++
		}
		if at >= f.stimuli()*f.ne {
			break
		}
	}
	data := Data{"self": {float64(pushed), correlations[pushed*f.ne+pushed], sums[pushed]}}
	for n, change := range sums {
		if n != pushed {
			data["correlation"], data["change"] = append(data["correlation"], correlations[pushed*f.ne+n]), append(data["change"], change)
		}
	}
	if !slices.ContainsFunc(data["correlation"], isFinite) {
		return nil, notApplicable("no neuron has a correlation with neuron %d, the first one pushed: rates are the same for all stimuli", pushed)
	}
	return data, nil
}
