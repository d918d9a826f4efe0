package measures

import (
	"fmt"
	"iter"
	"math"

	"gonum.org/v1/gonum/stat"

	"eisweep/internal/results"
)

// influence is about PERTURB: how the change of a neuron's rate depends on its correlation with the pushed neuron.
var influence = []group{
	{[]Measure{
		{"influence_slope", "1", "slope of influence against correlation, with the pushed neurons themselves",
			"raw_data/rate_change, raw_data/all_correlations"},
		{"influence_slope_others", "1", "slope of influence against correlation, without the pushed neurons themselves",
			"raw_data/rate_change, raw_data/all_correlations, raw_data/perturbed"},
	}, influenceSlopes},
}

// influenceBins is the number of bins of equal width from correlation −1 to 1. The bins that a file stores depend on its own
// correlations, so they can't be compared between files.
const influenceBins = 20

// curve is the influence by correlation.
type curve struct {
	n, sum [influenceBins]float64 // of the pairs in each bin
}

// add adds a pair of neurons at a stimulus. A pair without a correlation doesn't count.
func (c *curve) add(correlation, change float64) {
	if math.IsNaN(correlation) {
		return
	}
	bin := min(max(int((correlation+1)*(influenceBins/2)), 0), influenceBins-1)
	c.n[bin]++
	c.sum[bin] += change
}

// slope is that of the straight line through the means of the bins at their centres by least squares, each bin weighted with
// its number of pairs; NaN for fewer than two bins.
func (c *curve) slope() float64 {
	var centres, means, weights []float64
	for bin, n := range c.n {
		if n > 0 {
			centres = append(centres, (float64(bin)+0.5)/(influenceBins/2)-1)
			means, weights = append(means, c.sum[bin]/n), append(weights, n)
		}
	}
	if len(centres) < 2 {
		return math.NaN()
	}
	_, slope := stat.LinearRegression(centres, means, weights, false)
	return slope
}

// influenceSlopes reads rate_change and all_correlations, of shape (perturbed, 1, s, s, s, n_e), side by side and block by
// block: they are the largest arrays of all.
func influenceSlopes(n *network) ([]float64, error) {
	pushed, err := n.Float64s("/raw_data/perturbed", results.AnyLength)
	if err != nil {
		return nil, err
	}
	_, dims, err := n.Shape("/raw_data/rate_change")
	if err != nil {
		return nil, err
	}
	if len(dims) != 6 {
		return nil, fmt.Errorf("%w: /raw_data/rate_change has shape %v, not (perturbed, 1, s, s, s, n_e)", results.ErrNotResult, dims)
	}
	s := dims[2]
	shape := []int{len(pushed), 1, s, s, s, n.ne}
	correlations, stop := iter.Pull2(n.Blocks("/raw_data/all_correlations", shape...))
	defer stop()
	var all, others curve
	at, perPushed := 0, s*s*s*n.ne
	for changes, err := range n.Blocks("/raw_data/rate_change", shape...) {
		if err != nil {
			return nil, err
		}
		block, err, _ := correlations()
		if err != nil {
			return nil, err
		}
		if len(block) != len(changes) {
			return nil, fmt.Errorf("%w: /raw_data/all_correlations is not of the type of rate_change", results.ErrNotResult)
		}
		for i, change := range changes {
			all.add(block[i], change)
			if at%n.ne != int(pushed[at/perPushed]) {
				others.add(block[i], change)
			}
			at++
		}
	}
	return []float64{all.slope(), others.slope()}, nil
}
