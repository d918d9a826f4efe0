package sim

import (
	"math"
	"testing"
)

// settledGradient is a gradient solved at a random state of a small network.
func settledGradient(t *testing.T, wee []float32) (g *gradient, wei, wie, wii, he, hi, e []float32) {
	t.Helper()
	const nE, nI = 27, 3
	r := newRandomState(8)
	draw := func(n int, scale float64) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(scale * r.gauss())
		}
		return x
	}
	wei, wie, wii = draw(nE*nI, 0.3), draw(nI*nE, 0.3), draw(nI*nI, 0.3)
	he, hi, e = draw(nE, 3), draw(nI, 3), draw(nE, 5)
	g = newGradient(wee, wii, nE, nI)
	if err := g.solve(t.Context(), wei, wie, he, hi, e); err != nil {
		t.Fatal(err)
	}
	return g, wei, wie, wii, he, hi, e
}

func randomMatrix(n int, scale float64) []float32 {
	r, w := newRandomState(9), make([]float32, n)
	for i := range w {
		w[i] = float32(scale * r.gauss())
	}
	return w
}

func logistic(x float32) float64 { return 1 / (1 + math.Exp(-float64(x))) }

// TestGradientSolvesItsEquation: with K = wei D_i (1 + wii D_i)⁻¹, what comes out
// is b with b(1 − wee D_e + K wie D_e) = ε, and b K.
func TestGradientSolvesItsEquation(t *testing.T) {
	for name, wee := range map[string][]float32{"wee": randomMatrix(27*27, 0.1), "no wee": make([]float32, 27*27)} {
		g, wei, wie, wii, he, hi, e := settledGradient(t, wee)
		k := feedbackMatrix(wei, wii, hi, 27, 3)
		for j := range 27 {
			sum := float64(g.post[j])
			for i := range 27 {
				m := -float64(wee[i*27+j])
				for l := range 3 {
					m += k[i*3+l] * float64(wie[l*27+j])
				}
				sum += float64(g.post[i]) * m * logistic(he[j])
			}
			if math.Abs(sum-float64(e[j])) > 1e-5 {
				t.Errorf("%s: equation %d gives %v, want %v", name, j, sum, e[j])
			}
		}
		for l := range 3 {
			sum := 0.0
			for i := range 27 {
				sum += float64(g.post[i]) * k[i*3+l]
			}
			if math.Abs(sum-float64(g.back[l])) > 1e-5 {
				t.Errorf("%s: b K [%d] = %v, want %v", name, l, g.back[l], sum)
			}
		}
	}
}

// feedbackMatrix is K, solved row by row as K (1 + wii D_i) = wei D_i.
func feedbackMatrix(wei, wii, hi []float32, nE, nI int) []float64 {
	k := make([]float64, nE*nI)
	for range 500 { // K = wei D_i − K wii D_i, damped
		for i := range nE {
			for j := range nI {
				sum := float64(wei[i*nI+j])
				for l := range nI {
					sum -= k[i*nI+l] * float64(wii[l*nI+j])
				}
				k[i*nI+j] += 0.5 * (sum*logistic(hi[j]) - k[i*nI+j])
			}
		}
	}
	return k
}

func TestDenseSolutionIsTheSame(t *testing.T) {
	g, _, _, _, _, _, _ := settledGradient(t, randomMatrix(27*27, 0.1))
	iterated := append([]float64(nil), g.b...)
	if err := g.solveDense(t.Context()); err != nil {
		t.Fatal(err)
	}
	for n, b := range g.b {
		if math.Abs(b-iterated[n]) > 1e-6*norm(g.b) {
			t.Errorf("b[%d] = %v, by factorisation %v", n, iterated[n], b)
		}
	}
}

// TestStubbornEquationIsFactorised: a rotation of 100 places needs 100 rounds,
// more than there are.
func TestStubbornEquationIsFactorised(t *testing.T) {
	const n = 100
	shift := func(dst, x []float64) { // a rotation: its minimal residual falls only in the last round
		for i := range x {
			dst[i] = x[(i+1)%n]
		}
	}
	b := make([]float64, n)
	b[0] = 1
	if solved, err := newGMRES(n).solve(t.Context(), shift, make([]float64, n), b); solved || err != nil {
		t.Errorf("a rotation of 100 in 40 rounds: %t, %v", solved, err)
	}
	f := newFactors(n)
	for i := range n {
		f.a[i*n+(i+1)%n] = 1
	}
	if err := f.factor(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.solve(b)
	if b[1] != 1 || norm(b) != 1 {
		t.Errorf("the factors solve it as %v", b)
	}
}

// TestAngleIsBetweenTheMatrices computes both matrices.
func TestAngleIsBetweenTheMatrices(t *testing.T) {
	y := &plastic{pathway: &pathway{rows: 4, cols: 5}, slope: randomMatrix(20, 1)}
	a, b, pre := []float32{1, -2, 3, 0.5}, []float32{2, 1, 1, -1}, []float32{1, 0, 2, 3, 0.5}
	var ab, aa, bb float64
	for i := range 4 {
		for j := range 5 {
			s := float64(pre[j]) * float64(y.slope[i*5+j])
			ab += float64(a[i]) * float64(b[i]) * s * s
			aa += float64(a[i]) * float64(a[i]) * s * s
			bb += float64(b[i]) * float64(b[i]) * s * s
		}
	}
	if got, want := y.angle(a, b, pre), math.Acos(ab/math.Sqrt(aa*bb)); math.Abs(float64(got)-want) > 1e-6 {
		t.Errorf("angle %v, want %v", got, want)
	}
	if got := y.angle(a, a, pre); got > 1e-6 {
		t.Errorf("angle to itself %v", got)
	}
	if got := y.angle(a, make([]float32, 4), pre); got == got {
		t.Errorf("angle to nothing %v, want NaN", got)
	}
}

// TestExpressedWeight: the softplus, its inverse, the cap, v where it overflows,
// and 0 where no synapse is.
func TestExpressedWeight(t *testing.T) {
	p := Defaults(Approximate)
	y := newPlastic(newPathway(&p, Connection{WTotal: 1, P: 1}, []float32{0.5, 0, 0.25, 0.3}, 1, 4), 1, 0, false)
	for n := range y.w {
		y.express(n)
		if want := y.init[n]; math.Abs(float64(y.w[n]-want)) > 1e-6 {
			t.Errorf("w[%d] = %v, want its own %v", n, y.w[n], want)
		}
	}
	y.largest = 300
	for n, v := range []float32{-1e6, 5, 1e6, 250 / y.alpha * y.alpha} {
		y.v[n] = v
		y.express(n)
	}
	if y.w[0] > 1e-6 || y.w[1] != 0 || y.w[2] != 300 || math.Abs(float64(y.w[3])-250) > 1e-3 {
		t.Errorf("weights %v", y.w)
	}
}

// TestRowsAreScaled: a row without weight is left.
func TestRowsAreScaled(t *testing.T) {
	y := &plastic{pathway: &pathway{rows: 2, cols: 3, total: 5}, w: []float32{1, 0, 3, 0, 0, 0}}
	y.scaleRows()
	for n, want := range []float32{1.25, 0, 3.75, 0, 0, 0} {
		if y.w[n] != want {
			t.Errorf("w = %v", y.w)
			break
		}
	}
}

// TestAdamKeepsItsFirstCorrection: after one step from rest v moves by η sign(Δ).
func TestAdamKeepsItsFirstCorrection(t *testing.T) {
	p := Defaults(Gradient)
	y := newPlastic(newPathway(&p, Connection{WTotal: 1, P: 1}, []float32{0.5, 0.5}, 1, 2), 0.125, 0, true)
	before := append([]float32(nil), y.v...)
	y.adam([]float32{2}, []float32{1, -3})
	if d0, d1 := y.v[0]-before[0], y.v[1]-before[1]; math.Abs(float64(d0)-0.125) > 1e-5 || math.Abs(float64(d1)+0.125) > 1e-5 {
		t.Errorf("v moves by %v and %v", d0, d1)
	}
}
