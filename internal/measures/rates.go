package measures

import (
	"fmt"
	"math"
	"slices"

	"eisweep/internal/results"
	"eisweep/internal/results/h5"
)

// rates is about the settled responses to all stimuli.
var rates = []group{
	{[]Measure{
		{"rate_e_mean", "1/s", "mean rate of the E neurons over all stimuli", "computed/responses_exc"},
		{"rate_e_median", "1/s", "median rate of the E neurons over all stimuli", "computed/responses_exc"},
		{"rate_e_max", "1/s", "highest rate of an E neuron at any stimulus", "computed/responses_exc"},
	}, func(n *network) ([]float64, error) { return n.rates("/computed/responses_exc", n.ne) }},
	{[]Measure{
		{"rate_i_mean", "1/s", "mean rate of the I neurons over all stimuli", "computed/responses_inh"},
		{"rate_i_median", "1/s", "median rate of the I neurons over all stimuli", "computed/responses_inh"},
		{"rate_i_max", "1/s", "highest rate of an I neuron at any stimulus", "computed/responses_inh"},
	}, func(n *network) ([]float64, error) { return n.rates("/computed/responses_inh", n.ni) }},
}

// manyRates is how many rates are not kept but read twice.
const manyRates = 1 << 16

// rates is the mean, median and maximum of an array of rates, of shape (s, s, s, neurons).
func (n *network) rates(path string, neurons int) ([]float64, error) {
	kind, dims, err := n.Shape(path)
	if err != nil {
		return nil, err
	}
	if kind != h5.Float32 {
		return nil, fmt.Errorf("%w: %s is %v, not float32", results.ErrNotResult, path, kind)
	}
	count := 1
	for _, length := range dims {
		count *= length
	}
	if count > manyRates {
		return n.streamRates(path, neurons)
	}
	all, err := n.Float64s(path, results.AnyLength, results.AnyLength, results.AnyLength, neurons)
	if err != nil {
		return nil, err
	}
	most := math.NaN()
	if known := finite(all); len(known) > 0 {
		most = slices.Max(known)
	}
	return []float64{mean(all), median(all), most}, nil
}

// streamRates is rates without keeping the array, since there may be many stimuli.
func (n *network) streamRates(path string, neurons int) ([]float64, error) {
	var s selection
	sum, count, most := 0.0, 0, math.Inf(-1)
	first := func(rate float64) {
		s.countFirst(rate)
		sum, count, most = sum+rate, count+1, max(most, rate)
	}
	if err := n.eachRate(path, neurons, first); err != nil {
		return nil, err
	}
	if count == 0 {
		return []float64{math.NaN(), math.NaN(), math.NaN()}, nil
	}
	s.locate(count)
	err := n.eachRate(path, neurons, s.countAgain)
	return []float64{sum / float64(count), s.median(), most}, err
}

// eachRate passes on every rate that is finite.
func (n *network) eachRate(path string, neurons int, take func(rate float64)) error {
	for block, err := range n.Blocks(path, results.AnyLength, results.AnyLength, results.AnyLength, neurons) {
		if err != nil {
			return err
		}
		for _, rate := range block {
			if !math.IsNaN(rate) && !math.IsInf(rate, 0) {
				take(rate)
			}
		}
	}
	return nil
}
