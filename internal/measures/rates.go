package measures

import (
	"fmt"
	"math"

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

// rates is the mean, median and maximum of an array of rates, of shape (s, s, s, neurons). It reads the array twice instead
// of keeping it, since there may be many stimuli.
func (n *network) rates(path string, neurons int) ([]float64, error) {
	if kind, _, err := n.Shape(path); err != nil {
		return nil, err
	} else if kind != h5.Float32 {
		return nil, fmt.Errorf("%w: %s is %v, not float32", results.ErrNotResult, path, kind)
	}
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
