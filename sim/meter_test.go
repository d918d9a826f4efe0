package sim

import (
	"math"
	"slices"
	"testing"
)

// TestMeterDoesWhatTasksDo compares the steps and weights of metered work with those of a
// simulation, and states that settle side by side with single ones.
func TestMeterDoesWhatTasksDo(t *testing.T) {
	const stimuli = 5
	m := meterOf(t, WorkApproximate, stimuli)
	s, err := New(WorkApproximate.task())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.beginPhase()
	for range warmUp + stimuli {
		if _, err := s.Step(); err != nil {
			t.Fatal(err)
		}
	}
	for n := range m.Settlings() {
		steps, err := m.Settle(t.Context())
		if err == nil {
			err = m.Learn(t.Context())
		}
		if want := int(s.state.training.steps[warmUp+n]); err != nil || steps != want {
			t.Errorf("stimulus %d: %d steps, want %d (%v)", n, steps, want, err)
		}
	}
	if got, want := m.simulation.state.training.mu, s.state.training.mu; !slices.EqualFunc(got, want,
		func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }) {
		t.Error("the metered training learned something else")
	}
}

func TestMeterSettlesEachStimulusAlike(t *testing.T) {
	for _, work := range []Work{WorkResponses, WorkPerturb} {
		m := meterOf(t, work, 7)
		x, taken := make([]float32, len(m.simulation.settler.x)), map[int]int{}
		for n := range m.Settlings() {
			steps, err := m.Settle(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if before, known := taken[n%7]; known && before != steps {
				t.Errorf("%s, stimulus %d: %d steps, and %d before", work, n%7, steps, before)
			}
			taken[n%7] = steps
		}
		alone := newSettler(m.simulation.p, m.simulation.settler.maxDr, m.simulation.settler.input)
		alone.net = m.simulation.settler.net
		for n, want := range taken {
			m.stimulus(n, x)
			if out, err := alone.settle(t.Context(), x, nil); err != nil || out.steps != want {
				t.Errorf("%s, stimulus %d: %d steps side by side, %d alone (%v)", work, n, want, out.steps, err)
			}
		}
	}
}

func TestMeterRefusesMoreThanATrial(t *testing.T) {
	for _, stimuli := range []int{0, MaxMetered() + 1} {
		if _, err := NewMeter(t.Context(), WorkResponses, stimuli, nil); err == nil {
			t.Errorf("%d stimuli were accepted", stimuli)
		}
	}
}

func meterOf(t *testing.T, work Work, stimuli int) *Meter {
	t.Helper()
	m, err := NewMeter(t.Context(), work, stimuli, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
