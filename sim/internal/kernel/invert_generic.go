package kernel

import "math"

// eliminateGeneric takes row k out of all the others, whose factors stand in
// column k; the inverse's column takes their place.
func eliminateGeneric(a []float64, n, k int) {
	top := a[k*n : (k+1)*n]
	for i := range n {
		if i == k {
			continue
		}
		row := a[i*n : (i+1)*n]
		factor := -row[k]
		for j, t := range top {
			row[j] = math.FMA(factor, t, row[j])
		}
		row[k] = float64(factor * top[k])
	}
}
