package sim

import (
	"math"
	"testing"

	"eisweep/sim/internal/gmres"
	"eisweep/sim/internal/kernel"
	"eisweep/sim/internal/nprandom"
)

// randomGradient is a gradient solved at a random state of a small network.
func randomGradient(t *testing.T, wee []float32) (g *gradient, wei, wie, wii, he, hi, e []float32) {
	t.Helper()
	const nE, nI = 27, 3
	r := nprandom.New(8)
	draw := func(n int, scale float64) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(scale * r.Gauss())
		}
		return x
	}
	wei, wie, wii = draw(nE*nI, 0.3), draw(nI*nE, 0.3), draw(nI*nI, 0.3)
	he, hi, e = draw(nE, 3), draw(nI, 3), draw(nE, 5)
	packed := func(w []float32, rows, cols int) *kernel.Panels {
		m := kernel.NewPanels(rows, cols)
		m.Pack(w)
		return m
	}
	g = newGradient(&kernel.Network{WEE: packed(wee, nE, nE)}, wee, wii, nE, nI)
	if err := g.solve(t.Context(), packed(wei, nE, nI), packed(wie, nI, nE), he, hi, e, gradientTolerance); err != nil {
		t.Fatal(err)
	}
	return g, wei, wie, wii, he, hi, e
}

func randomMatrix(n int, scale float64) []float32 {
	r, w := nprandom.New(9), make([]float32, n)
	for i := range w {
		w[i] = float32(scale * r.Gauss())
	}
	return w
}

func logistic(x float32) float64 { return 1 / (1 + math.Exp(-float64(x))) }

// TestGradientSolvesItsEquation: with K = wei D_i (1 + wii D_i)⁻¹, what comes out
// is b with b(1 − wee D_e + K wie D_e) = ε, and b K.
func TestGradientSolvesItsEquation(t *testing.T) {
	for name, wee := range map[string][]float32{"wee": randomMatrix(27*27, 0.1), "no wee": make([]float32, 27*27)} {
		g, wei, wie, wii, he, hi, e := randomGradient(t, wee)
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
			if math.Abs(sum-float64(e[j])) > 1e-4 {
				t.Errorf("%s: equation %d gives %v, want %v", name, j, sum, e[j])
			}
		}
		for l := range 3 {
			sum := 0.0
			for i := range 27 {
				sum += float64(g.post[i]) * k[i*3+l]
			}
			if math.Abs(sum-float64(g.back[l])) > 1e-4 {
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
	g, _, _, _, _, _, e := randomGradient(t, randomMatrix(27*27, 0.1))
	iterated := append([]float32(nil), g.post...)
	if err := g.solveDense(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	for n, b := range g.post {
		if math.Abs(float64(b-iterated[n])) > 1e-5*gmres.Length(g.b) {
			t.Errorf("b[%d] = %v, by factorisation %v", n, iterated[n], b)
		}
	}
}

// TestFactorsSolveARotation: its minimal residual falls only in the last round, so
// iterations don't solve it.
func TestFactorsSolveARotation(t *testing.T) {
	const n = 128
	b := make([]float64, n)
	b[0] = 1
	f := newFactors(n)
	for i := range n {
		f.a[i*n+(i+1)%n] = 1
	}
	if err := f.factor(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.solve(b)
	for i, x := range b {
		if (i == 1) != (x == 1) || i != 1 && x != 0 {
			t.Errorf("x[%d] = %v", i, x)
		}
	}
}

// learning is a pathway with these weights, of rows × cols.
func learning(p *Parameters, weights []float32, rows, cols int, eta float32, adam bool) *plastic {
	return newPlastic(newPathway(p, Connection{WTotal: 1, P: 1}, weights, rows, cols), eta, 0, adam)
}

// TestAngleIsBetweenTheMatrices computes both matrices.
func TestAngleIsBetweenTheMatrices(t *testing.T) {
	p := Defaults(Approximate)
	weights := randomMatrix(20, 1)
	y := learning(&p, weights, 4, 5, 1e-3, false)
	a, b, pre := []float32{1, -2, 3, 0.5}, []float32{2, 1, 1, -1}, []float32{1, 0, 2, 3, 0.5}
	var ab, aa, bb float64
	for i := range 4 {
		for j := range 5 {
			s := float64(pre[j]) * logistic(y.alpha*y.inverse[i*5+j])
			ab += float64(a[i]) * float64(b[i]) * s * s
			aa += float64(a[i]) * float64(a[i]) * s * s
			bb += float64(b[i]) * float64(b[i]) * s * s
		}
	}
	y.Descend(a, pre)
	if got, want := y.angle(a, b), math.Acos(ab/math.Sqrt(aa*bb)); math.Abs(float64(got)-want) > 1e-6 {
		t.Errorf("angle %v, want %v", got, want)
	}
	if got := y.angle(a, a); got > 1e-6 {
		t.Errorf("angle to itself %v", got)
	}
	if got := y.angle(a, make([]float32, 4)); got == got {
		t.Errorf("angle to nothing %v, want NaN", got)
	}
}

// TestExpressedWeight: the softplus, its inverse, the cap, v where it overflows,
// and 0 where no synapse is.
func TestExpressedWeight(t *testing.T) {
	p := Defaults(Approximate)
	y := learning(&p, []float32{0.5, 0, 0.25, 0.3}, 1, 4, 1, false)
	y.Descend([]float32{0}, make([]float32, 4))
	for n, w := range y.W.Unpack() {
		if want := y.init[n]; math.Abs(float64(w-want)) > 1e-6 {
			t.Errorf("w[%d] = %v, want its own %v", n, w, want)
		}
	}
	p.Pl.WMax = 1200
	y = learning(&p, []float32{0.5, 0, 0.25, 0.3}, 1, 4, 1, false)
	d := y.Dense()
	d.V = []float32{-1e6, 5, 1e6, 250}
	y.Load(d, y.z)
	y.Descend([]float32{0}, make([]float32, 4))
	if w := y.W.Unpack(); w[0] > 1e-6 || w[1] != 0 || w[2] != 300 || math.Abs(float64(w[3])-250) > 1e-3 {
		t.Errorf("weights %v, the largest %v", w, y.largest)
	}
}

// TestRowsAreScaled: a row without weight is left.
func TestRowsAreScaled(t *testing.T) {
	p := Defaults(Approximate)
	y := learning(&p, []float32{1, 0, 3, 0, 0, 0}, 2, 3, 1, false)
	y.DescendScaled([]float32{0, 0}, make([]float32, 3), 5)
	for n, want := range []float32{1.25, 0, 3.75, 0, 0, 0} {
		if got := y.W.Unpack()[n]; math.Abs(float64(got-want)) > 1e-6 {
			t.Errorf("w[%d] = %v, want %v", n, got, want)
		}
	}
}

// TestMomentsAreThoseOfTheWeights: about a mean that has moved, and where all
// weights are nearly equal.
func TestMomentsAreThoseOfTheWeights(t *testing.T) {
	p := Defaults(Approximate)
	for _, weights := range [][]float32{{1, 0, 3, 0, 2, 5}, {1, 1, 1, 1, 1, 1 + 1e-3}, {0, 0, 0, 0, 0, 0}} {
		y := learning(&p, weights, 2, 3, 1e-2, false)
		for range 30 {
			w := y.W.Unpack()
			mean, variance := 0.0, 0.0
			for _, w := range w {
				mean += float64(w) / 6
			}
			for _, w := range w {
				variance += (float64(w) - mean) * (float64(w) - mean) / 6
			}
			if math.Abs(float64(y.Moments[0])-mean) > 1e-6*mean || math.Abs(float64(y.Moments[1])-variance) > 1e-4*variance {
				t.Errorf("%v: mean and variance %v, want %v and %v", w, y.Moments, mean, variance)
			}
			y.Descend([]float32{1, 1}, []float32{2, 2, 2})
		}
	}
}

// TestAdamKeepsItsFirstCorrection: after one step from rest v moves by η sign(Δ).
func TestAdamKeepsItsFirstCorrection(t *testing.T) {
	p := Defaults(Gradient)
	y := learning(&p, []float32{0.5, 0.5}, 1, 2, 0.125, true)
	y.Adam([]float32{2}, []float32{1, -3})
	for n, want := range []float32{0.125, -0.125} {
		if d := y.V.Unpack()[n] - y.inverse[n]; math.Abs(float64(d-want)) > 1e-5 {
			t.Errorf("v[%d] moves by %v, want %v", n, d, want)
		}
	}
}
