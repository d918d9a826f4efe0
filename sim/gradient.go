package sim

import (
	"context"

	"eisweep/sim/internal/kernel"
)

// gradient solves for the exact gradient of the squared error by implicit
// differentiation (MODEL.md 5): b = εᵀ(1 − wee D_e + K wie D_e)⁻¹ and b K, with
// K = wei D_i (1 + wii D_i)⁻¹. Written for the column b, with q = (b K)ᵀ:
//
//	b − D_e·(weeᵀ b) + D_e·(wieᵀ q) = ε,   q = G·(weiᵀ b),   G = (1 + D_i wiiᵀ)⁻¹ D_i
//
// It is solved by GMRES, which takes some ten products; where that doesn't
// converge, by a dense factorisation in float64.
type gradient struct {
	wee      []float32
	weeT     *kernel.Panels // nil for no such synapses
	wii      []float32
	wei, wie *kernel.Panels
	de, di   []float32
	inverse  []float64 // G
	order    []int
	rounded  *kernel.Panels
	entries  []float32
	fromE    []float32
	fromI    []float32
	byI      []float32
	solver   *gmres
	// The solution: b and b K.
	post, back []float32
}

// What the residual may be relative to ε: a thousandth of what learning by the
// gradient, and measuring an angle to it, can tell.
const (
	gradientTolerance = 1e-6
	angleTolerance    = 1e-5
)

func newGradient(wee, wii []float32, nE, nI int) *gradient {
	g := &gradient{wee: wee, wii: wii, solver: newGMRES(nE), inverse: make([]float64, nI*nI), order: make([]int, nI),
		rounded: kernel.NewPanels(nI, nI), entries: make([]float32, nI*nI)}
	for _, v := range []*[]float32{&g.de, &g.fromE, &g.fromI, &g.post} {
		*v = kernel.NewVector(nE)
	}
	for _, v := range []*[]float32{&g.di, &g.byI, &g.back} {
		*v = kernel.NewVector(nI)
	}
	for _, w := range wee {
		if w != 0 {
			g.weeT = kernel.NewPanels(nE, nE)
			g.weeT.Pack(transposed(wee, nE))
			break
		}
	}
	return g
}

func transposed(w []float32, n int) []float32 {
	t := make([]float32, len(w))
	for i := range n {
		for j := range n {
			t[j*n+i] = w[i*n+j]
		}
	}
	return t
}

// solve leaves b in g.post and b K in g.back, for the levels he and hi and the
// error e of a state, and the weights of the moment.
func (g *gradient) solve(ctx context.Context, wei, wie *kernel.Panels, he, hi, e []float32, tolerance float64) error {
	g.wei, g.wie = wei, wie
	kernel.Logistic(g.de, he)
	kernel.Logistic(g.di, hi)
	if !g.findInverse() || !g.solver.solve(g.apply, g.post, e, tolerance) {
		if err := g.solveDense(ctx, e); err != nil {
			return err
		}
	}
	g.findBack(g.post)
	return ctx.Err()
}

// findInverse computes G.
func (g *gradient) findInverse() bool {
	n := len(g.di)
	for i, d := range g.di {
		row := g.inverse[i*n : (i+1)*n]
		for j := range row {
			row[j] = float64(float64(d) * float64(g.wii[j*n+i]))
		}
		row[i]++
	}
	if !kernel.Invert(g.inverse, n, g.order) {
		return false
	}
	for k := range g.inverse {
		g.inverse[k] = float64(g.inverse[k] * float64(g.di[k%n]))
		g.entries[k] = float32(g.inverse[k])
	}
	g.rounded.Pack(g.entries)
	return true
}

// findBack sets q = (b K)ᵀ.
func (g *gradient) findBack(b []float32) {
	g.wei.MulTransposed(g.byI, b)
	g.rounded.Mul(g.back, g.byI)
}

// apply is the left side of the equation for b.
func (g *gradient) apply(dst, b []float32) {
	g.findBack(b)
	g.wie.MulTransposed(g.fromI, g.back)
	if g.weeT != nil {
		g.weeT.Mul(g.fromE, b)
	}
	kernel.SubtractFlow(dst, b, g.de, g.fromE, g.fromI)
}

// solveDense writes the equation out and factorises it, in float64. Where it has
// no solution the values are not finite.
func (g *gradient) solveDense(ctx context.Context, e []float32) error {
	dense, err := g.writeOut(ctx)
	if err != nil {
		return err
	}
	if err := dense.factor(ctx); err != nil {
		return err
	}
	b := make([]float64, len(e))
	for i, e := range e {
		b[i] = float64(e)
	}
	dense.solve(b)
	for i, b := range b {
		g.post[i] = float32(b)
	}
	return nil
}

// writeOut is the matrix 1 − D_e weeᵀ + D_e wieᵀ G weiᵀ.
func (g *gradient) writeOut(ctx context.Context) (*factors, error) {
	nE, nI := len(g.de), len(g.di)
	wei, wie, feedback := g.wei.Unpack(), g.wie.Unpack(), make([]float64, nI)
	f := newFactors(nE)
	for j := range nE { // column j: what b_j does to the others
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for i := range feedback {
			feedback[i] = 0
			for k := range nI {
				feedback[i] += float64(g.inverse[i*nI+k] * float64(wei[j*nI+k]))
			}
		}
		for i, d := range g.de {
			sum := -float64(g.wee[j*nE+i])
			for k, q := range feedback {
				sum += float64(float64(wie[k*nE+i]) * q)
			}
			f.a[i*nE+j] = float64(float64(d) * sum)
		}
		f.a[j*nE+j]++
	}
	return f, nil
}
