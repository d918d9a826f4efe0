package estimate

import (
	"cmp"
	"math"
	"slices"
)

// mostPoints is how many points a Pilot measures at most.
const mostPoints = 32

// representatives are the shares that a Pilot measures: of each kind some that are spread evenly over its points, as many as its part
// of all points; of more than mostPoints kinds those with the most work. Those with the most work come first.
func (t *Tally) representatives() []*share {
	kinds := map[kind][]*share{}
	var order []kind
	for _, s := range t.order {
		if kinds[s.kind] == nil {
			order = append(order, s.kind)
		}
		kinds[s.kind] = append(kinds[s.kind], s)
	}
	var chosen []*share
	for _, k := range order {
		of := kinds[k]
		n := min(len(of), 1+max(0, mostPoints-len(order))*len(of)/len(t.order))
		for i := range n {
			chosen = append(chosen, of[(2*i+1)*len(of)/(2*n)])
		}
	}
	slices.SortStableFunc(chosen, func(a, b *share) int { return cmp.Compare(b.work(), a.work()) })
	return chosen[:min(len(chosen), mostPoints)]
}

// weight is the part of a Pilot's time that a share gets, relative to others: the more work, the more its error counts.
func (s *share) weight() float64 { return math.Sqrt(s.work()) }
