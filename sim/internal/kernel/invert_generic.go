package kernel

import "math"

// eliminateGeneric is a round of Invert's loop: it scales row k and takes it out
// of all the others.
func eliminateGeneric(a []float64, n, k int, inverse float64) {
	top := a[k*n : (k+1)*n]
	for j, t := range top {
		top[j] = float64(t * inverse)
	}
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

func roundGeneric(dst []float32, x []float64) {
	for n, x := range x {
		dst[n] = float32(x)
	}
}
