package gmres

import (
	"context"
	"errors"
	"math"
	"testing"
)

// TestSolutionSolves a diagonally dominant equation, for several sizes.
func TestSolutionSolves(t *testing.T) {
	for _, n := range []int{64, 192, 512} {
		apply := func(dst, x []float32) {
			for i := range x {
				dst[i] = 3*x[i] - x[(i+1)%n] + 0.5*x[(i+7)%n]
			}
		}
		b, x, check := make([]float32, n), make([]float32, n), make([]float32, n)
		for i := range b {
			b[i] = float32(math.Sin(float64(i)))
		}
		s := New(n)
		if solved, err := s.Solve(t.Context(), apply, x, b, 1e-6); !solved || err != nil {
			t.Fatalf("%d equations: %t, %v", n, solved, err)
		}
		apply(check, x)
		for i := range check {
			check[i] -= b[i]
		}
		if rest := Length(check) / Length(b); rest > 3e-6 || s.Rounds() > maxRounds {
			t.Errorf("%d equations: a residual of %g after %d rounds", n, rest, s.Rounds())
		}
	}
}

func TestNothingIsSolvedByNothing(t *testing.T) {
	x := make([]float32, 64)
	x[3] = 1 // left from before
	solved, err := New(64).Solve(t.Context(), func(_, _ []float32) { t.Error("a product for b = 0") }, x, make([]float32, 64), 1e-6)
	if !solved || err != nil || Length(x) != 0 {
		t.Errorf("x = %v, %t, %v", x, solved, err)
	}
}

// TestSolveGivesUp: a rotation of 128 places needs 128 rounds, and a product that is
// not finite has no solution.
func TestSolveGivesUp(t *testing.T) {
	const n = 128
	first := make([]float32, n)
	first[0] = 1
	for name, apply := range map[string]func(dst, x []float32){
		"a rotation": func(dst, x []float32) {
			for i := range x {
				dst[i] = x[(i+1)%n]
			}
		},
		"a NaN": func(dst, x []float32) { dst[0] = float32(math.NaN()) },
	} {
		if solved, err := New(n).Solve(t.Context(), apply, make([]float32, n), first, 1e-6); solved || err != nil {
			t.Errorf("%s: %t, %v", name, solved, err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := New(n).Solve(ended, func(_, _ []float32) {}, make([]float32, n), first, 1e-6); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context gives %v", err)
	}
}
