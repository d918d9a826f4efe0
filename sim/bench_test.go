package sim

import (
	"fmt"
	"testing"
)

// trainingAt is a simulation of the published size whose training has begun.
func trainingAt(b testing.TB, e Experiment, angles bool) *Simulation {
	b.Helper()
	p := Defaults(e)
	p.Pl.ComputeGradientAngles = angles
	task := &Task{Experiment: e, Seed: 1, Parameters: p}
	s, err := New(task)
	if err != nil {
		b.Fatal(err)
	}
	if err := s.prepare(b.Context()); err != nil {
		b.Fatal(err)
	}
	s.beginPhase()
	return s
}

func benchmarkStimulus(b *testing.B, e Experiment, angles bool) {
	s := trainingAt(b, e, angles)
	first := s.Progress()
	for b.Loop() {
		if _, err := s.Step(); err != nil {
			b.Fatal(err)
		}
	}
	last := s.Progress()
	b.ReportMetric(float64(last.Steps-first.Steps)/float64(last.Done-first.Done), "steps/stimulus")
}

func BenchmarkStimulus(b *testing.B)           { benchmarkStimulus(b, Approximate, false) }
func BenchmarkStimulusWithAngles(b *testing.B) { benchmarkStimulus(b, Approximate, true) }
func BenchmarkStimulusByGradient(b *testing.B) { benchmarkStimulus(b, Gradient, false) }

// BenchmarkEulerStep is one of many steps under one stimulus.
func BenchmarkEulerStep(b *testing.B) {
	s := trainingAt(b, Approximate, false)
	s.settler.input.stimulus(s.settler.x, [3]int{1, 2, 3})
	s.settler.state.Begin(s.settler.x, s.settler.re0, s.settler.ri0)
	for b.Loop() {
		s.settler.state.Step(&s.settler.net, &s.settler.constants)
	}
}

// BenchmarkRecurrence is an Euler step by the convolution that a task has, and by the
// same wee as a dense matrix, over the range where there is one.
func BenchmarkRecurrence(b *testing.B) {
	for _, c := range []struct {
		stimuli  int
		kappa, p float32
	}{{7, 1, 0.6}, {8, 0.1, 0.6}, {8, 16, 0.6}, {8, 1, 0.05}, {8, 1, 1}, {12, 1, 0.6}, {12, 1, 0.05}, {12, 16, 0.05}, {12, 0.1, 1}, {16, 1,
		0.6}} {
		p := Defaults(Approximate)
		p.Inp.NStimuli, p.Inp.VonmisesKappa, p.Sy.E2E.P = c.stimuli, c.kappa, c.p
		s, err := New(&Task{Experiment: Approximate, Seed: 1, Parameters: p})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.prepare(b.Context()); err != nil {
			b.Fatal(err)
		}
		net := s.settler
		if net.net.Convolution == nil {
			continue // it is dense
		}
		net.input.stimulus(net.x, [3]int{0, 1, 2})
		for _, way := range []struct {
			name string
			ee   *excitation
		}{{"convolution", &excitation{wee: s.net.wee, convolution: net.net.Convolution}}, {"dense", &excitation{wee: s.net.wee}}} {
			net.connect(way.ee, s.net.wii)
			b.Run(fmt.Sprintf("stimuli=%d/kappa=%g/p=%g/%s", c.stimuli, c.kappa, c.p, way.name), func(b *testing.B) {
				net.state.Begin(net.x, net.re0, net.ri0)
				for range 100 { // as many are silent as usual
					net.state.Step(&net.net, &net.constants)
				}
				for b.Loop() {
					net.state.Step(&net.net, &net.constants)
				}
			})
		}
	}
}

// BenchmarkUpdate is the approximate rules' update of both pathways.
func BenchmarkUpdate(b *testing.B) {
	s := trainingAt(b, Approximate, false)
	t, net := s.state.training, s.settler.state
	for b.Loop() {
		t.ei.Descend(s.scratch.e, net.RI)
		t.ie.DescendScaled(s.scratch.feedback, net.RE, t.ie.total)
	}
}

// BenchmarkAdamUpdate is Adam's of both pathways.
func BenchmarkAdamUpdate(b *testing.B) {
	s := trainingAt(b, Gradient, false)
	t, net := s.state.training, s.settler.state
	for b.Loop() {
		t.ei.Adam(s.gradient.post, net.RI)
		t.ie.Adam(s.gradient.back, net.RE)
	}
}

// BenchmarkRecurrentExcitation is the making of wee.
func BenchmarkRecurrentExcitation(b *testing.B) {
	p := Defaults(Approximate)
	for b.Loop() {
		if _, _, err := recurrentExcitation(b.Context(), &p); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkResponses is the measuring of all responses of the untrained network,
// one settling at a time.
func BenchmarkResponses(b *testing.B) {
	p := Defaults(Approximate)
	s, err := New(&Task{Experiment: Approximate, Seed: 1, Parameters: p})
	if err != nil {
		b.Fatal(err)
	}
	if err := s.prepare(b.Context()); err != nil {
		b.Fatal(err)
	}
	s.ahead = newLookahead(s.settler, 0, 1<<30, func(n int, x []float32) {
		s.settler.input.stimulus(x, stimulusAt(n%p.NStimuli(), p.Inp.NStimuli))
	})
	n, steps := 0, 0
	for b.Loop() {
		out, err := s.ahead.settle(b.Context(), n)
		if err != nil {
			b.Fatal(err)
		}
		n, steps = n+1, steps+out.steps
	}
	b.ReportMetric(float64(steps)/float64(n), "steps/stimulus")
}
