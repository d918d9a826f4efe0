package estimate

import (
	"context"
	"testing"
	"time"

	"eisweep/sim"
	"eisweep/sweeps"
)

// tally is that of one small task of each kind.
func tally(copies int) *Tally {
	var t Tally
	for range copies {
		for _, x := range sim.Experiments() {
			p := sim.Defaults(x)
			p.Ng.Exc.NPerAxis, p.Inp.NStimuli, p.Numint.NTrials, p.Numint.EveryN, p.Perturb.NPerturbed = 2, 3, 2, 2, 2
			t.Add(&sweeps.Task{Experiment: x, Parameters: p})
		}
	}
	return &t
}

func TestTallySums(t *testing.T) {
	one, many := tally(1), tally(1000)
	if one.Tasks != 3 || many.Tasks != 3000 || many.Bytes != 1000*one.Bytes || one.Bytes == 0 {
		t.Errorf("%d tasks and %d bytes, %d and %d", one.Tasks, one.Bytes, many.Tasks, many.Bytes)
	}
	for g, s := range many.groups {
		if o := one.groups[g]; s.learned != 1000*o.learned || s.responses != 1000*o.responses {
			t.Errorf("%v: %+v of %+v", g, s, o)
		}
	}
	if s := one.groups[groupOf(sim.Approximate, &one.groups[group{sim.Approximate, 2, true, true}].sample)]; s.learned != 54 ||
		s.responses != 54 {
		t.Errorf("%d stimuli to learn from and %d to respond to, want 54 and 54", s.learned, s.responses)
	}
}

// TestCPU holds that every kind of task can be measured, and that what there was no
// time to measure is scaled rather than left out.
func TestCPU(t *testing.T) {
	many := tally(1000)
	for g, s := range many.groups {
		p, err := measure(t.Context(), g.experiment, s.sample, time.Minute)
		if err != nil || p.response <= 0 || (g.trains && p.learned <= 0) {
			t.Errorf("%v: prices %+v, %v", g, p, err)
		}
	}
	if cpu := many.CPU(t.Context(), time.Nanosecond); cpu <= 0 {
		t.Errorf("%v s without time to measure more than one kind", cpu)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if cpu := many.CPU(stopped, time.Minute); cpu != 0 {
		t.Errorf("%v s though nothing was measured", cpu)
	}
	if cpu := new(Tally).CPU(t.Context(), time.Second); cpu != 0 {
		t.Errorf("%v s for no tasks", cpu)
	}
}
