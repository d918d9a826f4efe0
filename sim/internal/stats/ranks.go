package stats

import (
	"context"
	"math"
	"slices"

	"eisweep/sim/internal/elementary"
)

// RankCorrelations are Spearman's of exc and inh over stimuli for each of n
// neurons, and their two-sided p by Student's t; a p that is not finite is 0.
func RankCorrelations(ctx context.Context, exc, inh []float32, n int) (cc, cp []float32, err error) {
	cc, cp = make([]float32, n), make([]float32, n)
	stimuli := len(exc) / n
	x, y := newRanks(stimuli), newRanks(stimuli)
	for i := range n {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		x.find(exc, i, n)
		y.find(inh, i, n)
		r := x.correlation(y)
		cc[i] = float32(r)
		df := float64(stimuli - 2)
		p := elementary.StudentTwoSided(float64(r*math.Sqrt(df/float64((1+r)*(1-r)))), df)
		if df > 0 && p-p == 0 {
			cp[i] = float32(p)
		}
	}
	return cc, cp, nil
}

// ranks are the ranks of a neuron's input over stimuli, ties getting mean ranks.
type ranks struct {
	keys []uint64 // value, in an order that sorts as unsigned, and stimulus
	rank []float64
}

func newRanks(n int) *ranks {
	return &ranks{keys: make([]uint64, n), rank: make([]float64, n)}
}

// find ranks column i of x, which has n columns.
func (r *ranks) find(x []float32, i, n int) {
	for s := range r.keys {
		r.keys[s] = uint64(sortable(x[s*n+i]))<<32 | uint64(s)
	}
	slices.Sort(r.keys)
	for first := 0; first < len(r.keys); {
		next := first + 1
		for next < len(r.keys) && r.keys[next]>>32 == r.keys[first]>>32 {
			next++
		}
		for _, key := range r.keys[first:next] {
			r.rank[uint32(key)] = float64(first+next+1) / 2
		}
		first = next
	}
}

// sortable maps a float32 to an integer of the same order; −0 is 0.
func sortable(x float32) uint32 {
	bits := math.Float32bits(x + 0)
	if bits>>31 == 1 {
		return ^bits
	}
	return bits | 1<<31
}

// correlation is Pearson's of the ranks; NaN where one side is all ties.
func (r *ranks) correlation(o *ranks) float64 {
	mean := float64(float64(len(r.rank)+1) / 2)
	var xy, xx, yy float64
	for s, x := range r.rank {
		x, y := x-mean, o.rank[s]-mean
		xy += float64(x * y)
		xx += float64(x * x)
		yy += float64(y * y)
	}
	return xy / float64(math.Sqrt(xx)*math.Sqrt(yy))
}
