package sim

import (
	"slices"
	"testing"
)

// samplerOf returns a Sampler of a task with 64 E neurons.
func samplerOf(t *testing.T, e Experiment) *Sampler {
	t.Helper()
	task := &Task{Experiment: e, Seed: 2, Parameters: Defaults(e)}
	p := &task.Parameters
	p.Ng.Exc.NPerAxis, p.Inp.NStimuli, p.Numint.NTrials, p.Numint.EveryN, p.Perturb.NPerturbed = 4, 4, 2, 2, 3
	if e == Perturb {
		training := &Task{Experiment: Approximate, Seed: 2, Parameters: Defaults(Approximate)}
		training.Parameters.Ng, training.Parameters.Inp = p.Ng, p.Inp
		source, err := UntrainedSource(t.Context(), training)
		if err != nil {
			t.Fatal(err)
		}
		task.Source = source
	}
	m, err := NewSampler(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The steps of a sample are those of the stimuli one by one.
func TestSamplerSettlesWhatTasksSettle(t *testing.T) {
	for _, e := range []Experiment{Approximate, Perturb} {
		m := samplerOf(t, e)
		var want, got int64
		x := make([]float32, m.simulation.p.NE())
		const stimuli = 70
		for n := range stimuli {
			m.stimulus(n, x)
			out, err := m.simulation.settler.settle(t.Context(), x, nil)
			if err != nil {
				t.Fatal(err)
			}
			want += int64(out.steps)
		}
		for _, part := range []int{50, 20} {
			s, err := m.Settle(t.Context(), part)
			if err != nil || s.Stimuli != part || s.Computed < s.Steps {
				t.Errorf("%s: %+v, %v", e, s, err)
			}
			got += s.Steps
		}
		if got != want {
			t.Errorf("%s: %d steps side by side, %d one by one", e, got, want)
		}
	}
}

// Samples are spread evenly: no tenth of a task has many more of them than another.
func TestSamplesAreSpread(t *testing.T) {
	m := &Sampler{items: 1000}
	var tenths [10]int
	for n := range 200 {
		tenths[m.at(n)/100]++
	}
	if least, most := slices.Min(tenths[:]), slices.Max(tenths[:]); least < 18 || most > 22 {
		t.Errorf("%v samples in each tenth, want about 20", tenths)
	}
}

func TestSamplerTrainsAsTasksDo(t *testing.T) {
	m := samplerOf(t, Gradient)
	s := samplerOf(t, Gradient).simulation
	for s.state.stage != train {
		if _, err := s.Step(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := m.Settle(t.Context(), 30); err != nil {
		t.Fatal(err)
	}
	shown := 0
	for ended := false; !ended; shown++ {
		steps, err := m.Present(t.Context())
		if err == nil {
			ended, err = m.Learn(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Step(); err != nil {
			t.Fatal(err)
		}
		if want := int(s.state.training.steps[shown]); steps != want {
			t.Errorf("stimulus %d: %d steps, want %d", shown, steps, want)
		}
	}
	if want := 2 * s.p.NStimuli(); shown != want {
		t.Errorf("the training ended after %d stimuli, want %d", shown, want)
	}
}

func TestUntrainedSourceNeedsATraining(t *testing.T) {
	if _, err := UntrainedSource(t.Context(), &Task{Experiment: Perturb, Parameters: Defaults(Perturb)}); err == nil {
		t.Error("a PERTURB task draws no network")
	}
}
