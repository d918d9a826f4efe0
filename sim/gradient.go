package sim

import (
	"context"
	"math"

	"eisweep/sim/internal/elementary"
	"eisweep/sim/internal/kernel"
)

// gradient solves for the exact gradient of the squared error by implicit
// differentiation (MODEL.md 5): b = εᵀ(1 − wee D_e + K wie D_e)⁻¹ and b K, with
// K = wei D_i (1 + wii D_i)⁻¹. Written for the column b, with q = (b K)ᵀ:
//
//	b − D_e·(weeᵀ b) + D_e·(wieᵀ q) = ε,   (1 + D_i wiiᵀ) q = D_i·(weiᵀ b)
//
// It is solved by GMRES in float64, which takes some ten products; where that
// doesn't converge, by a dense factorisation.
type gradient struct {
	weeT       *kernel.Matrix // nil for no such synapses
	wei, wie   []float32
	wii        []float32
	de, di     []float64
	inner      *factors // of 1 + D_i wiiᵀ
	fromE      []float64
	fromI      []float64
	q          []float64
	solver     *gmres
	rhs, b     []float64
	post, back []float32 // b and b K, rounded
}

func newGradient(wee, wii []float32, nE, nI int) *gradient {
	g := &gradient{wii: wii, inner: newFactors(nI), solver: newGMRES(nE)}
	for _, v := range []*[]float64{&g.de, &g.fromE, &g.fromI, &g.rhs, &g.b} {
		*v = make([]float64, nE)
	}
	g.di, g.q = make([]float64, nI), make([]float64, nI)
	g.post, g.back = make([]float32, nE), make([]float32, nI)
	for _, w := range wee {
		if w != 0 {
			g.weeT = kernel.NewMatrix(nE, nE)
			g.weeT.PackTransposed(wee)
			break
		}
	}
	return g
}

// solve leaves b in g.post and b K in g.back, for the levels he and hi and the
// error ε of a state, and the weights of the moment.
func (g *gradient) solve(ctx context.Context, wei, wie, he, hi, e []float32) error {
	g.wei, g.wie = wei, wie
	for n, h := range he {
		g.de[n], g.rhs[n] = float64(elementary.Logistic(h)), float64(e[n])
	}
	for n, h := range hi {
		g.di[n] = float64(elementary.Logistic(h))
	}
	if err := g.factorInner(ctx); err != nil {
		return err
	}
	solved, err := g.solver.solve(ctx, g.apply, g.b, g.rhs)
	if err != nil {
		return err
	}
	if !solved {
		if err := g.solveDense(ctx); err != nil {
			return err
		}
	}
	g.findQ(g.b)
	for n, b := range g.b {
		g.post[n] = float32(b)
	}
	for n, q := range g.q {
		g.back[n] = float32(q)
	}
	return ctx.Err()
}

func (g *gradient) factorInner(ctx context.Context) error {
	n := len(g.di)
	for i := range n {
		for j := range n {
			g.inner.a[i*n+j] = float64(g.di[i] * float64(g.wii[j*n+i]))
		}
		g.inner.a[i*n+i]++
	}
	return g.inner.factor(ctx)
}

// findQ solves for q = (b K)ᵀ.
func (g *gradient) findQ(b []float64) {
	clear(g.q)
	nI := len(g.q)
	for i, b := range b {
		for j, w := range g.wei[i*nI : (i+1)*nI] {
			g.q[j] += float64(float64(w) * b)
		}
	}
	for j := range g.q {
		g.q[j] = float64(g.di[j] * g.q[j])
	}
	g.inner.solve(g.q)
}

// apply is the left side of the equation for b.
func (g *gradient) apply(dst, b []float64) {
	g.findQ(b)
	if g.weeT != nil {
		g.weeT.Mul64(g.fromE, b)
	}
	clear(g.fromI)
	nE := len(b)
	for j, q := range g.q {
		for i, w := range g.wie[j*nE : (j+1)*nE] {
			g.fromI[i] += float64(float64(w) * q)
		}
	}
	for i, b := range b {
		dst[i] = b - float64(g.de[i]*(g.fromE[i]-g.fromI[i]))
	}
}

// solveDense writes the equation out, a column at a time, and factorises it.
func (g *gradient) solveDense(ctx context.Context) error {
	n := len(g.b)
	dense, unit, column := newFactors(n), make([]float64, n), make([]float64, n)
	for j := range n {
		if err := ctx.Err(); err != nil {
			return err
		}
		clear(unit)
		unit[j] = 1
		g.apply(column, unit)
		for i, a := range column {
			dense.a[i*n+j] = a
		}
	}
	if err := dense.factor(ctx); err != nil {
		return err
	}
	copy(g.b, g.rhs)
	dense.solve(g.b)
	return nil
}

// factors is a dense n × n matrix and, after factor, its LU factors with partial
// pivoting. A singular matrix gives values that are not finite.
type factors struct {
	n     int
	a     []float64
	pivot []int
}

func newFactors(n int) *factors {
	return &factors{n: n, a: make([]float64, n*n), pivot: make([]int, n)}
}

func (f *factors) row(i int) []float64 { return f.a[i*f.n : (i+1)*f.n] }

func (f *factors) factor(ctx context.Context) error {
	for k := range f.n {
		if err := ctx.Err(); err != nil {
			return err
		}
		f.choosePivot(k)
		top := f.row(k)
		for i := k + 1; i < f.n; i++ {
			row := f.row(i)
			factor := row[k] / top[k]
			row[k] = factor
			if factor == 0 {
				continue
			}
			for j := k + 1; j < f.n; j++ {
				row[j] -= float64(factor * top[j])
			}
		}
	}
	return nil
}

// choosePivot brings the largest entry of column k, from row k on, to row k.
func (f *factors) choosePivot(k int) {
	best := k
	for i := k + 1; i < f.n; i++ {
		if math.Abs(f.a[i*f.n+k]) > math.Abs(f.a[best*f.n+k]) {
			best = i
		}
	}
	f.pivot[k] = best
	if best != k {
		x, y := f.row(k), f.row(best)
		for j := range x {
			x[j], y[j] = y[j], x[j]
		}
	}
}

// solve replaces the right side by the solution.
func (f *factors) solve(x []float64) {
	for k, p := range f.pivot {
		x[k], x[p] = x[p], x[k]
	}
	for i := range x {
		row := f.row(i)
		for j := range i {
			x[i] -= float64(row[j] * x[j])
		}
	}
	for i := f.n - 1; i >= 0; i-- {
		row := f.row(i)
		for j := i + 1; j < f.n; j++ {
			x[i] -= float64(row[j] * x[j])
		}
		x[i] /= row[i]
	}
}
