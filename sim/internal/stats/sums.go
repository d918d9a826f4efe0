package stats

import "math"

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
