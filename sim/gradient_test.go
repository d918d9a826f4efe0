package sim

import (
	"math"
	"testing"
)

// settledGradient is a simulation that has settled its first stimulus, with the
// error found.
func settledGradient(t testing.TB, settings ...Setting) *Simulation {
	t.Helper()
	task := &Task{Experiment: Gradient, Parameters: Resolve(Gradient, settings), Seed: 1}
	s, err := New(task)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.settler.input.stimulus(s.settler.x, [3]int{0, 1, 0})
	if _, err := s.settler.settle(t.Context(), s.settler.x, nil); err != nil {
		t.Fatal(err)
	}
	s.findError()
	return s
}

// distance is the largest difference, relative to the largest value of want.
func distance(got, want []float32) float64 {
	worst, scale := 0.0, 0.0
	for n, w := range want {
		worst = max(worst, math.Abs(float64(got[n])-float64(w)))
		scale = max(scale, math.Abs(float64(w)))
	}
	return worst / scale
}

func TestGradientIsThatOfADenseFactorisation(t *testing.T) {
	for _, c := range []struct {
		axis, stimuli int
		wTotal        float64
	}{{2, 2, 2}, {3, 4, 2}, {4, 4, 0}, {4, 4, 2}, {6, 6, 2}, {8, 12, 2}} {
		s := settledGradient(t, Setting{"ng.exc.n_per_axis", IntegerValue(c.axis)}, Setting{"inp.n_stimuli", IntegerValue(c.stimuli)},
			Setting{"sy.e2e.w_total", RealValue(c.wTotal)})
		g := s.gradient
		if err := s.findGradient(t.Context()); err != nil {
			t.Fatal(err)
		}
		if g.solver.Rounds() > 30 {
			t.Errorf("axis %d: GMRES took %d rounds", c.axis, g.solver.Rounds())
		}
		post, back := append([]float32(nil), g.post...), append([]float32(nil), g.back...)
		if err := g.solveDense(t.Context(), s.scratch.e); err != nil {
			t.Fatal(err)
		}
		g.findBack(g.post)
		if d, e := distance(post, g.post), distance(back, g.back); d > 3e-6 || e > 3e-6 {
			t.Errorf("axis %d: b is off by %g, b K by %g", c.axis, d, e)
		}
	}
}

func TestGradientFallsBackToTheDenseFactorisation(t *testing.T) {
	s := settledGradient(t, Setting{"ng.exc.n_per_axis", IntegerValue(4)}, Setting{"inp.n_stimuli", IntegerValue(4)})
	g := s.gradient
	if err := s.findGradient(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := append([]float32(nil), g.post...)
	net := s.settler.state
	// No float32 residual is that small.
	if err := g.solve(t.Context(), g.wei, g.wie, net.HE, net.HI, s.scratch.e, 1e-30); err != nil {
		t.Fatal(err)
	}
	if d := distance(g.post, want); d > 3e-6 {
		t.Errorf("b is off by %g", d)
	}
}

// TestGradientWithoutASolutionIsNotFinite: so the numbers fail where they should.
func TestGradientWithoutASolutionIsNotFinite(t *testing.T) {
	s := settledGradient(t, Setting{"ng.exc.n_per_axis", IntegerValue(2)}, Setting{"inp.n_stimuli", IntegerValue(2)})
	s.gradient.wii = []float32{float32(math.NaN())}
	if err := s.findGradient(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, b := range append(s.gradient.post, s.gradient.back...) {
		if b-b == 0 {
			t.Fatalf("%g where NaN is due", b)
		}
	}
}

func BenchmarkGradient(b *testing.B) {
	s := settledGradient(b)
	for b.Loop() {
		if err := s.findGradient(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(s.gradient.solver.Rounds()), "rounds")
}

// BenchmarkLearn is what follows a settled stimulus.
func BenchmarkLearn(b *testing.B) {
	s := settledGradient(b)
	for b.Loop() {
		s.remember([3]int{0, 1, 0})
		s.learn(0)
		s.recordMoments(0)
	}
}
