package measures

import "math"

// significant is the largest p of a rank correlation that counts as significant.
const significant = 1e-3

// coTuning is about cc, the rank correlation of an E neuron's excitatory and inhibitory input over stimuli, and its p.
var coTuning = []group{
	{[]Measure{
		{"cc_median", "1", "median of cc over the E neurons", "computed/cc"},
		{"cc_mean", "1", "mean of cc over the E neurons", "computed/cc"},
	}, func(n *network) ([]float64, error) {
		cc, err := n.Float64s("/computed/cc", n.ne)
		return []float64{median(cc), mean(cc)}, err
	}},
	{[]Measure{
		{"cc_insignificant", "1", "share of the E neurons with cp > 0.001, of those whose cc is a number", "computed/cc, computed/cp"},
	}, insignificant},
}

func insignificant(n *network) ([]float64, error) {
	cc, err := n.Float64s("/computed/cc", n.ne)
	if err != nil {
		return nil, err
	}
	cp, err := n.Float64s("/computed/cp", n.ne)
	if err != nil {
		return nil, err
	}
	var above []float64
	for i, p := range cp {
		switch {
		case math.IsNaN(cc[i]): // its cp is 0
		case p > significant:
			above = append(above, 1)
		default:
			above = append(above, 0)
		}
	}
	return []float64{mean(above)}, nil
}
