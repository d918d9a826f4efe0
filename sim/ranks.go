package sim

import (
	"math"
	"slices"
)

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
