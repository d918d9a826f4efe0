package kernel

import "math"

// Invert replaces the dense n × n matrix a by its inverse, by Gauss–Jordan with
// partial pivoting, in float64. It reports false where the matrix is singular or
// holds a value that is not finite; a then means nothing. Every update is
//
//	a[i,j] = FMA(−a[i,k], a[k,j], a[i,j])
//
// in ascending order of k. order is a buffer of n.
func Invert(a []float64, n int, order []int) bool {
	checkLength("entries", len(a), n*n)
	for k := range n {
		p := pivot(a, n, k)
		order[k] = p
		swapRows(a, n, k, p)
		top := a[k*n : (k+1)*n]
		diagonal := top[k]
		if diagonal == 0 || diagonal-diagonal != 0 {
			return false
		}
		top[k] = 1
		inverse := 1 / diagonal
		for j, t := range top {
			top[j] = float64(t * inverse)
		}
		eliminate(a, n, k)
	}
	for k := n - 1; k >= 0; k-- {
		swapColumns(a, n, k, order[k])
	}
	return true
}

// pivot is the row from k on with the largest entry in column k.
func pivot(a []float64, n, k int) int {
	best, size := k, math.Abs(a[k*n+k])
	for i := k + 1; i < n; i++ {
		if s := math.Abs(a[i*n+k]); s > size {
			best, size = i, s
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
