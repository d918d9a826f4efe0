package sim

import (
	"context"
	"math"
)

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
