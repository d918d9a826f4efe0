package estimate

import (
	"math"
	"testing"

	"eisweep/sim"
	"eisweep/sweeps"
)

// Points that were not measured are like the nearest ones of their kind, always in the same way.
func TestNearestPointsStandForOthers(t *testing.T) {
	points := map[*sweeps.Task]*Observation{}
	for _, w := range []float32{1, 2, 4, 8, 16} {
		points[task(sim.Approximate, 1, total2(w))] = observed(100 * float64(w))
	}
	points[task(sim.Approximate, 1, neither)] = observed(1)
	s := tallyOf(task(sim.Approximate, 1, total2(2.1))).order[0]
	first, ok := measuredAt(points).near(s)
	if !ok || first.Steps < 195 || first.Steps > 215 || first.deviation < ofPoint {
		t.Errorf("%+v, %v", first, ok)
	}
	for range 20 {
		if again, _ := measuredAt(points).near(s); again != first {
			t.Fatalf("%+v, and then %+v", first, again)
		}
	}
}

func TestAnotherSizeIsScaled(t *testing.T) {
	m := measuredAt(map[*sweeps.Task]*Observation{task(sim.Approximate, 1, nil): observed(100)})
	g, ok := m.near(tallyOf(task(sim.Approximate, 1, func(p *sim.Parameters) { p.Ng.Exc.NPerAxis = 4 })).order[0])
	if !ok || g.Step != 0.5*64 || g.Training.Step != 2*64 || g.Steps != 100 || g.deviation < 0.5 {
		t.Errorf("%+v, %v", g, ok)
	}
}

// A kind without training says nothing about training.
func TestTrainingIsNotGuessedFromResponses(t *testing.T) {
	o := observed(100)
	o.Training.Seen = 0
	m := measuredAt(map[*sweeps.Task]*Observation{task(sim.Approximate, 1, neither): o})
	if g, ok := m.near(tallyOf(task(sim.Approximate, 1, nil)).order[0]); ok {
		t.Errorf("%+v", g)
	}
}

func TestDistance(t *testing.T) {
	at := func(change func(*sim.Parameters)) Point { return PointOf(task(sim.Approximate, 1, change), nil) }
	a, b := at(total2(2)), at(total2(4))
	isNear(t, "a factor of two", a.distance(&b), math.Ln2)
	zero, plastic := at(total2(0)), at(neither)
	isNear(t, "from 0", a.distance(&zero), 1)
	isNear(t, "another word", a.distance(&plastic), 1)
	longer := at(func(p *sim.Parameters) { p.Sy.E2E.WTotal, p.Numint.NTrials = 2, 40 })
	if a != longer || a.distance(&a) != 0 {
		t.Error("the number of trials belongs to a point")
	}
}

// Of each kind something is measured, and of none more than its part.
func TestRepresentatives(t *testing.T) {
	var all []*sweeps.Task
	for n := range 100 {
		all = append(all, task(sim.Approximate, 1, total2(1+float32(n)/10)))
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
