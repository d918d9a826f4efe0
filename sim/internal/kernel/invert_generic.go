package kernel

import "math"

// eliminateGeneric takes row k out of all the others: what is in column k is the
// factor, and 0 is put in its place first.
func eliminateGeneric(a []float64, n, k int) {
	top := a[k*n : (k+1)*n]
	for i := range n {
		if i == k {
			continue
		}
		row := a[i*n : (i+1)*n]
		factor := -row[k]
		row[k] = 0
		for j, t := range top {
			row[j] = math.FMA(factor, t, row[j])
		}
	}
}
