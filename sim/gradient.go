package sim

import (
	"context"
	"math"

	"eisweep/sim/internal/gmres"
	"eisweep/sim/internal/kernel"
)

// gradient solves for the exact gradient of the squared error by implicit
// differentiation (docs/model.md#gradient): b = εᵀ(1 − wee D_e + K wie D_e)⁻¹ and b K, with
// K = wei D_i (1 + wii D_i)⁻¹. Written for the column b, with q = (b K)ᵀ:
//
//	b − D_e·(weeᵀ b) + D_e·(wieᵀ q) = ε,   q = G·(weiᵀ b),   G = (1 + D_i wiiᵀ)⁻¹ D_i
//
// GMRES solves it with some ten products; if that doesn't converge, a dense factorisation
// in float64 does.
type gradient struct {
	net      *kernel.Network
	scratch  *kernel.Scratch
	wee, wii []float32
	wei, wie *kernel.Panels
	de, di   []float32
	inverse  []float64      // the transpose of (1 + D_i wiiᵀ)⁻¹, with padding
	order    []int          // of its pivots
	rounded  *kernel.Panels // (1 + D_i wiiᵀ)⁻¹
	fromE    []float32
	fromI    []float32
	byI      []float32
	solver   *gmres.Solver
	rhs, b   []float32

	post, back []float32 // the solution: b and b K
}

// The residual that is allowed, relative to ε: a thousandth of what would show in learning by
// the gradient, and in an angle to it.
const (
	gradientTolerance = 1e-6
	angleTolerance    = 1e-5
)

// newGradient returns a solver for a network with these weights, which don't learn.
func newGradient(net *kernel.Network, wee, wii []float32, nE, nI int) *gradient {
	padded := (nI + 15) / 16 * 16
	g := &gradient{net: net, scratch: kernel.NewScratch(), wee: wee, wii: wii, solver: gmres.New(nE),
		inverse: make([]float64, padded*padded), order: make([]int, padded),
		rounded: kernel.NewPanels(nI, nI), di: make([]float32, nI), byI: make([]float32, nI), back: make([]float32, nI)}
	for _, v := range []*[]float32{&g.de, &g.fromE, &g.fromI, &g.rhs, &g.b} {
		*v = kernel.NewVector(nE)
	}
	g.post = g.b[:nE]
	return g
}

// solve leaves b in g.post and b K in g.back, for the levels he and hi and the
// error e of a state, and the current weights.
func (g *gradient) solve(ctx context.Context, wei, wie *kernel.Panels, he, hi, e []float32, tolerance float64) error {
	g.wei, g.wie = wei, wie
	kernel.Logistic(g.de[:len(he)], he)
	kernel.Logistic(g.di, hi)
	copy(g.rhs, e)
	solved := g.findInverse()
	if solved {
		var err error
		if solved, err = g.solver.Solve(ctx, g.apply, g.b, g.rhs, tolerance); err != nil {
			return err
		}
	}
	if !solved {
		if err := g.solveDense(ctx, e); err != nil {
			return err
		}
	}
	g.findBack(g.post)
	return ctx.Err()
}

// findInverse computes (1 + D_i wiiᵀ)⁻¹ as the transpose of (1 + wii D_i)⁻¹.
func (g *gradient) findInverse() bool {
	n, padded := len(g.di), len(g.order)
	clear(g.inverse)
	for i := range padded {
		row := g.inverse[i*padded : (i+1)*padded]
		if i < n {
			for j, w := range g.wii[i*n : (i+1)*n] {
				row[j] = float64(float64(w) * float64(g.di[j]))
			}
		}
		row[i]++
	}
	invertible := kernel.Invert(g.inverse, padded, g.order)
	if !invertible { // there is no gradient: a numeric failure
		for n := range g.inverse {
			g.inverse[n] = math.NaN()
		}
	}
	g.rounded.Round(g.inverse, padded)
	return invertible
}

// findBack sets q = (b K)ᵀ.
func (g *gradient) findBack(b []float32) {
	g.wei.MulTransposed(g.byI, b)
	for j, d := range g.di {
		g.byI[j] = float32(g.byI[j] * d)
	}
	g.rounded.Mul(g.back, g.byI)
}

// apply is the left side of the equation for b; both vectors are padded.
func (g *gradient) apply(dst, b []float32) {
	n := len(g.post)
	g.findBack(b[:n])
	g.wie.MulTransposed(g.fromI[:n], g.back)
	switch {
	case g.net.Convolution != nil:
		g.net.Convolution.MulTransposed(g.fromE[:n], b[:n], g.scratch)
	case g.net.WEE != nil:
		g.net.WEE.MulTransposed(g.fromE[:n], b[:n])
	}
	kernel.SubtractFlow(dst, b, g.de, g.fromE, g.fromI)
}

// solveDense writes the equation out and factorises it, in float64. If it has no solution,
// the values are not finite.
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
	nE, nI, padded := len(g.post), len(g.di), len(g.order)
	wei, wie, feedback := g.wei.Unpack(), g.wie.Unpack(), make([]float64, nI)
	f := newFactors(nE)
	for j := range nE { // column j: what b_j does to the others
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for i := range feedback {
			feedback[i] = 0
			for k := range nI {
				feedback[i] += float64(g.inverse[k*padded+i] * float64(float64(g.di[k])*float64(wei[j*nI+k])))
			}
		}
		for i, d := range g.de[:nE] {
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
