package estimate

import (
	"context"
	"errors"
	"testing"
	"time"

	"eisweep/sim"
	"eisweep/sweeps"
)

// Every kind of task can be measured.
func TestPilotMeasuresEveryKind(t *testing.T) {
	all := []*sweeps.Task{task(sim.Approximate, 1, nil), task(sim.Approximate, 1, neither), task(sim.Gradient, 1, nil),
		task(sim.Perturb, 1, nil)}
	m, err := (&Pilot{Time: 30 * time.Second, Cores: 2}).Measure(t.Context(), tallyOf(all...))
	if err != nil || len(m.Points) != len(all) || m.Machine <= 0 {
		t.Fatalf("%d points, machine %v: %v", len(m.Points), m.Machine, err)
	}
	for _, each := range all {
		o := m.Points[PointOf(each, nil)]
		if o.Step <= 0 || o.Steps < 1 {
			t.Errorf("%s: %+v", each.Experiment, o)
		}
		if each.Experiment.Trains() && each.Parameters.Pl.IsPlastic != sim.Neither &&
			(o.Training.Seen < fewest || o.Training.Step <= 0 || o.Training.Learn <= 0) {
			t.Errorf("%s: %+v", each.Experiment, o)
		}
	}
}

// A training that a Pilot sees as a whole has the steps that the task has.
func TestPilotCountsTheStepsOfTasks(t *testing.T) {
	one := task(sim.Approximate, 3, func(p *sim.Parameters) { p.Numint.EveryN = p.Numint.NTrials })
	m, err := (&Pilot{Time: time.Minute, Cores: 1}).Measure(t.Context(), tallyOf(one))
	if err != nil {
		t.Fatal(err)
	}
	s, err := sim.New(&sim.Task{Experiment: one.Experiment, Seed: one.Seed, Parameters: one.Parameters})
	if err == nil {
		err = s.Run(t.Context(), nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	steps, want := m.Points[PointOf(one, nil)], 0.0
	for _, n := range s.Result().Training.StepsToConverge {
		want += float64(n)
	}
	if steps.Training.Seen != 108 {
		t.Fatalf("%d of 108 stimuli seen", steps.Training.Seen)
	}
	isNear(t, "steps", steps.Training.Steps, want/108)
}

// PERTURB is measured on the network of its source, if that can be read.
func TestPilotUsesTheNetworkOfTheSource(t *testing.T) {
	asked := 0
	p := Pilot{Time: time.Minute, Cores: 1, Network: func(context.Context, *sweeps.Task) (*sim.Source, error) {
		asked++
		return nil, nil
	}}
	if m, err := p.Measure(t.Context(), tallyOf(task(sim.Perturb, 1, nil))); err != nil || len(m.Points) != 1 || asked != 1 {
		t.Errorf("asked %d times for a network, %+v (%v)", asked, m, err)
	}
}

func TestPilotStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m, err := (&Pilot{Time: time.Minute, Cores: 2}).Measure(ctx, tallyOf(task(sim.Approximate, 1, nil)))
	if !errors.Is(err, context.Canceled) || len(m.Points) != 0 {
		t.Errorf("%+v, %v", m, err)
	}
}

// Large networks are measured with a smaller one, and scaled.
func TestLargeNetworksAreScaled(t *testing.T) {
	s := tallyOf(task(sim.Approximate, 1, func(p *sim.Parameters) { p.Ng.Exc.NPerAxis, p.Inp.NStimuli = 16, 30 })).order[0]
	smaller, work, err := new(Pilot).task(t.Context(), s)
	if err != nil || smaller.Parameters.Ng.Exc.NPerAxis != smallerPilot || smaller.Parameters.Inp.NStimuli != mostStimuli {
		t.Errorf("%+v, %v", smaller, err)
	}
	isNear(t, "work", work, 1.6*1.6*1.6*1.6*1.6*1.6)
}
