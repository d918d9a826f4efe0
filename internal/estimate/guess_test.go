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
		points[task(sim.Approximate, 1, withTotal(w))] = observed(100 * float64(w))
	}
	points[task(sim.Approximate, 1, neither)] = observed(1)
	s := tallyOf(task(sim.Approximate, 1, withTotal(2.1))).order[0]
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
	a, b := at(withTotal(2)), at(withTotal(4))
	isNear(t, "a factor of two", a.distance(&b), math.Ln2)
	zero, plastic := at(withTotal(0)), at(neither)
	isNear(t, "from 0", a.distance(&zero), 1)
	isNear(t, "another word", a.distance(&plastic), 1)
	longer := at(func(p *sim.Parameters) { p.Sy.E2E.WTotal, p.Numint.NTrials = 2, 40 })
	if a != longer || a.distance(&a) != 0 {
		t.Error("the number of trials belongs to a point")
	}
}
