package sim

import (
	"context"
	"math"
)

// gmres solves a linear equation by the generalised minimal residual method
// without restarts, sums in a fixed order.
type gmres struct {
	basis [][]float64
	h     [][]float64 // columns of the Hessenberg matrix, made triangular
	c, s  []float64   // its rotations
	r     []float64   // the rotated residual
	y     []float64
}

const (
	gmresRounds    = 40
	gmresTolerance = 1e-8 // residual, relative to the right side
)

func newGMRES(n int) *gmres {
	g := &gmres{c: make([]float64, gmresRounds), s: make([]float64, gmresRounds),
		r: make([]float64, gmresRounds+1), y: make([]float64, gmresRounds)}
	for range gmresRounds + 1 {
		g.basis = append(g.basis, make([]float64, n))
		g.h = append(g.h, make([]float64, gmresRounds+1))
	}
	return g
}

// solve finds x with apply(x) = b from x = 0. It reports false where that takes
// more than 40 rounds or meets a value that is not finite; x then means nothing.
// The error is the context's.
func (g *gmres) solve(ctx context.Context, apply func(dst, x []float64), x, b []float64) (bool, error) {
	clear(x)
	size, look := norm(b), patience{ctx: ctx}
	if size == 0 {
		return true, nil
	}
	clear(g.r)
	g.r[0] = size
	scaled(g.basis[0], b, 1/size)
	for k := range gmresRounds {
		if err := look.after(len(b) * len(b)); err != nil {
			return false, err
		}
		apply(g.basis[k+1], g.basis[k])
		length := g.orthogonalise(k)
		residual := g.rotate(k, length)
		if math.IsNaN(residual) || math.IsInf(residual, 0) {
			return false, nil
		}
		if residual <= float64(gmresTolerance*size) {
			g.combine(x, k+1)
			return isFinite(norm(x)), nil
		}
		if length == 0 {
			return false, nil
		}
		scaled(g.basis[k+1], g.basis[k+1], 1/length)
	}
	return false, nil
}

// orthogonalise takes the first k+1 basis vectors out of the newest and returns
// the length of what is left.
func (g *gmres) orthogonalise(k int) float64 {
	next := g.basis[k+1]
	for i := range k + 1 {
		p := dot(g.basis[i], next)
		g.h[k][i] = p
		for n, v := range g.basis[i] {
			next[n] -= float64(p * v)
		}
	}
	return norm(next)
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
func (g *gmres) combine(x []float64, n int) {
	for i := n - 1; i >= 0; i-- {
		sum := g.r[i]
		for j := i + 1; j < n; j++ {
			sum -= float64(g.h[j][i] * g.y[j])
		}
		g.y[i] = sum / g.h[i][i]
	}
	for i := range n {
		for m, v := range g.basis[i] {
			x[m] += float64(g.y[i] * v)
		}
	}
}

func scaled(dst, x []float64, factor float64) {
	for n, v := range x {
		dst[n] = float64(v * factor)
	}
}

// dot sums in four strands.
func dot(x, y []float64) float64 {
	var s0, s1, s2, s3 float64
	y = y[:len(x)]
	n := 0
	for ; n+4 <= len(x); n += 4 {
		s0 += float64(x[n] * y[n])
		s1 += float64(x[n+1] * y[n+1])
		s2 += float64(x[n+2] * y[n+2])
		s3 += float64(x[n+3] * y[n+3])
	}
	for ; n < len(x); n++ {
		s0 += float64(x[n] * y[n])
	}
	return (s0 + s1) + (s2 + s3)
}

func norm(x []float64) float64 { return math.Sqrt(dot(x, x)) }

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
