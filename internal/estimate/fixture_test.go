package estimate

import (
	"testing"

	"eisweep/sim"
	"eisweep/sweeps"
)

// task returns a small task.
func task(x sim.Experiment, seed uint32, change func(p *sim.Parameters)) *sweeps.Task {
	p := sim.Defaults(x)
	p.Ng.Exc.NPerAxis, p.Inp.NStimuli, p.Numint.NTrials, p.Numint.EveryN, p.Perturb.NPerturbed = 2, 3, 4, 2, 2
	if change != nil {
		change(&p)
	}
	return &sweeps.Task{Experiment: x, Seed: seed, Parameters: p}
}

func neither(p *sim.Parameters) { p.Pl.IsPlastic = sim.Neither }

func withTotal(w float32) func(p *sim.Parameters) {
	return func(p *sim.Parameters) { p.Sy.E2E.WTotal = w }
}

func tallyOf(tasks ...*sweeps.Task) *Tally {
	t := &Tally{}
	for _, each := range tasks {
		t.Add(each, nil)
	}
	return t
}

// observed is a measurement in round numbers.
func observed(steps float64) *Observation {
	o := &Observation{Setup: 1, Step: 0.5, Steps: steps}
	o.Training.Step, o.Training.Steps, o.Training.Late, o.Training.Learn, o.Training.Seen = 2, steps, steps, 10, 27
	return o
}

func measuredAt(points map[*sweeps.Task]*Observation) *Measured {
	m := &Measured{Machine: 0, Points: map[Point]*Observation{}} // without what the formulas add
	for t, o := range points {
		m.Points[PointOf(t, nil)] = o
	}
	return m
}

func isNear(t *testing.T, what string, got, want float64) {
	t.Helper()
	if d := got - want; d > 1e-9*want || -d > 1e-9*want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
