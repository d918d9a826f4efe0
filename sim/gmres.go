package sim

import (
	"context"
	"math"

	"eisweep/sim/internal/kernel"
)

// gmres solves a linear equation by the generalised minimal residual method
// without restarts: vectors in float32, what they are combined by in float64.
type gmres struct {
	basis [][]float32
	h     [][]float64 // columns of the Hessenberg matrix, made triangular
	c, s  []float64   // its rotations
	r     []float64   // the rotated residual
	y     []float64

	rounds int // of the last solution
}

const gmresRounds = 40

func newGMRES(n int) *gmres {
	g := &gmres{c: make([]float64, gmresRounds), s: make([]float64, gmresRounds),
		r: make([]float64, gmresRounds+1), y: make([]float64, gmresRounds)}
	for range gmresRounds + 1 {
		g.basis = append(g.basis, kernel.NewVector(n))
		g.h = append(g.h, make([]float64, gmresRounds+1))
	}
	return g
}

// solve finds x with apply(x) = b from x = 0, to a residual of tolerance relative
// to b. It reports false where that takes more than 40 rounds or meets a value
// that is not finite; x then means nothing. The error is the context's.
func (g *gmres) solve(ctx context.Context, apply func(dst, x []float32), x, b []float32, tolerance float64) (bool, error) {
	clear(x)
	size, look := length(b), patience{ctx: ctx}
	if size == 0 {
		return true, nil
	}
	clear(g.r)
	g.r[0] = size
	kernel.Scale(g.basis[0], b, float32(1/size))
	for k := range gmresRounds {
		if err := look.after(len(b) * len(b)); err != nil {
			return false, err
		}
		g.rounds = k + 1
		apply(g.basis[k+1], g.basis[k])
		rest := g.orthogonalise(k)
		residual := g.rotate(k, rest)
		if !isFinite(residual) {
			return false, nil
		}
		if residual <= float64(tolerance*size) {
			g.combine(x, k+1)
			return isFinite(length(x)), nil
		}
		if rest == 0 {
			return false, nil
		}
		kernel.Scale(g.basis[k+1], g.basis[k+1], float32(1/rest))
	}
	return false, nil
}

// orthogonalise takes the first k+1 basis vectors out of the newest, one after
// the other, and returns the length of what is left.
func (g *gmres) orthogonalise(k int) float64 {
	next := g.basis[k+1]
	p := kernel.Dot(next, g.basis[0])
	for i := range k {
		g.h[k][i] = float64(p)
		p = kernel.AddScaledDot(next, -p, g.basis[i], g.basis[i+1])
	}
	g.h[k][k] = float64(p)
	return math.Sqrt(float64(kernel.AddScaledDot(next, -p, g.basis[k], next)))
}

// rotate makes column k triangular and returns the residual.
func (g *gmres) rotate(k int, below float64) float64 {
	h := g.h[k]
	for i := range k {
		h[i], h[i+1] = float64(g.c[i]*h[i])+float64(g.s[i]*h[i+1]), float64(g.c[i]*h[i+1])-float64(g.s[i]*h[i])
	}
	length := math.Sqrt(float64(h[k]*h[k]) + float64(below*below))
	g.c[k], g.s[k] = h[k]/length, below/length
	h[k] = length
	g.r[k+1] = -float64(g.s[k] * g.r[k])
	g.r[k] = float64(g.c[k] * g.r[k])
	return math.Abs(g.r[k+1])
}

// combine sets x to the best combination of the first n basis vectors.
func (g *gmres) combine(x []float32, n int) {
	for i := n - 1; i >= 0; i-- {
		sum := g.r[i]
		for j := i + 1; j < n; j++ {
			sum -= float64(g.h[j][i] * g.y[j])
		}
		g.y[i] = sum / g.h[i][i]
	}
	for i := range n {
		kernel.AddScaledDot(x, float32(g.y[i]), g.basis[i], x)
	}
}

func length(x []float32) float64 { return math.Sqrt(float64(kernel.Dot(x, x))) }

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
