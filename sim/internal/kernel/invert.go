package kernel

import "math"

// Invert replaces the dense n × n matrix a by its inverse, by Gauss–Jordan with
// partial pivoting (of columns), in float64. It reports false where the matrix is
// singular or holds a value that is not finite; a then means nothing. For each k:
//
//	a[k,k], inverse := 1, 1/a[k,k]
//	a[k,j] = a[k,j]·inverse
//	a[i,j] = FMA(−a[i,k], a[k,j], a[i,j]), a[i,k] = −a[i,k]·a[k,k]
//
// order is a buffer of n.
func Invert(a []float64, n int, order []int) bool {
	checkLength("entries", len(a), n*n)
	for k := range n {
		top := a[k*n : (k+1)*n]
		p := k + pivot(top[k:])
		order[k] = p
		swapColumns(a, n, k, p)
		diagonal := top[k]
		if diagonal == 0 || diagonal-diagonal != 0 {
			return false
		}
		top[k] = 1
		eliminate(a, n, k, 1/diagonal)
	}
	for k := n - 1; k >= 0; k-- {
		swapRows(a, n, k, order[k])
	}
	return true
}

// pivot is the place of the largest value.
func pivot(x []float64) int {
	best, size := 0, math.Abs(x[0])
	for j, v := range x {
		if v := math.Abs(v); v > size {
			best, size = j, v
		}
	}
	return best
}

func swapRows(a []float64, n, k, p int) {
	if k == p {
		return
	}
	x, y := a[k*n:(k+1)*n], a[p*n:(p+1)*n]
	for j := range x {
		x[j], y[j] = y[j], x[j]
	}
}

func swapColumns(a []float64, n, k, p int) {
	if k == p {
		return
	}
	for i := 0; i < n*n; i += n {
		a[i+k], a[i+p] = a[i+p], a[i+k]
	}
}

// Round is dst[n] = float32(x[n]).
func Round(dst []float32, x []float64) {
	checkLength("values", len(x), len(dst))
	round(dst, x)
}
