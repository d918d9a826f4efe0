package estimate

import (
	"testing"

	"eisweep/sim"
	"eisweep/sweeps"
)

// Of each kind something is measured, and of none more than its part.
func TestRepresentatives(t *testing.T) {
	var all []*sweeps.Task
	for n := range 100 {
		all = append(all, task(sim.Approximate, 1, withTotal(1+float32(n)/10)))
	}
	all = append(all, task(sim.Approximate, 1, neither), task(sim.Gradient, 1, nil))
	chosen := tallyOf(all...).representatives()
	kinds := map[kind]int{}
	for _, s := range chosen {
		kinds[s.kind]++
	}
	if len(chosen) > mostPoints || len(kinds) != 3 || kinds[chosen[0].kind] < 20 {
		t.Errorf("%d points of kinds %v", len(chosen), kinds)
	}
	for i := range chosen[1:] {
		if chosen[i].work() < chosen[i+1].work() {
			t.Error("a point with less work comes first")
		}
	}
}
