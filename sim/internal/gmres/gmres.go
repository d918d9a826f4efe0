package gmres

import (
	"context"
	"math"

	"eisweep/sim/internal/kernel"
)

// Solver holds the memory for equations of one size, and solves one at a time.
type Solver struct {
	basis [][]float32
	h     [][]float64 // columns of the Hessenberg matrix, made triangular
	c, s  []float64   // its rotations
	r     []float64   // the rotated residual
	y     []float64

	rounds int // of the last solve
}

// maxRounds is how many products a solution may take.
const maxRounds = 40

// New returns a solver of n equations.
func New(n int) *Solver {
	g := &Solver{c: make([]float64, maxRounds), s: make([]float64, maxRounds),
		r: make([]float64, maxRounds+1), y: make([]float64, maxRounds)}
	for range maxRounds + 1 {
		g.basis = append(g.basis, kernel.NewVector(n))
		g.h = append(g.h, make([]float64, maxRounds+1))
	}
	return g
}

// Solve finds x with apply(x) = b, starting from x = 0, to a residual of tolerance
// relative to b. apply, x and b have the length that the solver was made for, padded
// as kernel.NewVector pads. Solve reports false if that takes more than 40 rounds or
// meets a value that is not finite; x is meaningless then. The error is the context's.
func (g *Solver) Solve(ctx context.Context, apply func(dst, x []float32), x, b []float32, tolerance float64) (bool, error) {
	clear(x)
	size := Length(b)
	if size == 0 {
		return true, nil
	}
	clear(g.r)
	g.r[0] = size
	kernel.Scale(g.basis[0], b, float32(1/size))
	for k := range maxRounds {
		if err := ctx.Err(); err != nil {
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
			return isFinite(Length(x)), nil
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
func (g *Solver) orthogonalise(k int) float64 {
	next := g.basis[k+1]
	p := kernel.Dot(next, g.basis[0])
	for i := range k {
		g.h[k][i] = float64(p)
		p = kernel.AddScaledDot(next, -p, g.basis[i], g.basis[i+1])
	}
	g.h[k][k] = float64(p)
	return math.Sqrt(float64(kernel.AddScaledDot(next, -p, g.basis[k], next)))
}

// Rounds is how many products with the matrix the last Solve took.
func (g *Solver) Rounds() int { return g.rounds }

// rotate makes column k triangular and returns the residual.
func (g *Solver) rotate(k int, below float64) float64 {
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
func (g *Solver) combine(x []float32, n int) {
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

// Length is the Euclidean length of a vector.
func Length(x []float32) float64 { return math.Sqrt(float64(kernel.Dot(x, x))) }

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
