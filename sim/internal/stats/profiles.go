package stats

import (
	"context"
	"math"
)

// Profiles are the responses of each of n neurons over the stimuli, scaled to
// length 1, so that their products are cosines; centred on their means first,
// Products are Pearson correlations. A silent neuron's profile is NaN, and a
// constant one's where it is centred.
func Profiles(ctx context.Context, responses []float32, n int, centred bool) ([][]float64, error) {
	out, poll := make([][]float64, n), ctxPoll{ctx: ctx}
	for i := range out {
		if err := poll.after(len(responses) / n); err != nil {
			return nil, err
		}
		x := make([]float64, len(responses)/n)
		sum, constant := 0.0, true
		for s := range x {
			x[s] = float64(responses[s*n+i])
			sum += x[s]
			constant = constant && x[s] == x[0]
		}
		if centred {
			for s := range x {
				x[s] -= sum / float64(len(x))
			}
		}
		length := norm(x)
		if centred && constant {
			length = math.NaN()
		}
		for s := range x {
			x[s] /= length // 0/0 is NaN
		}
		out[i] = x
	}
	return out, nil
}

// Products are the dot products of two sets of profiles, row by row, clamped to
// [−1, 1]. The matrix of a set with itself is computed once above the diagonal.
func Products(ctx context.Context, a, b [][]float64) ([]float64, error) {
	m := make([]float64, len(a)*len(b))
	same := len(a) == len(b) && &a[0] == &b[0]
	poll := ctxPoll{ctx: ctx}
	for i, x := range a {
		first := 0
		if same {
			first = i
		}
		for j := first; j < len(b); j++ {
			if err := poll.after(len(x)); err != nil {
				return nil, err
			}
			c := dot(x, b[j])
			if c > 1 {
				c = 1
			} else if c < -1 {
				c = -1
			}
			m[i*len(b)+j] = c
			if same {
				m[j*len(b)+i] = c
			}
		}
	}
	return m, nil
}
