// Package elementary holds the elementary functions that reach a result.
//
// It guarantees the same bits on every machine: plain Go, every product wrapped
// in a conversion so that no compiler fuses it with a sum, and of package math
// only what is exact (Floor, Sqrt, Ldexp, Frexp, Abs). It does not guarantee
// correct rounding: they are good to about 2 ulp.
//
// Start reading at Exp. The float32 functions that learning spends its time in are
// kernels.
package elementary

import "math"

const (
	ln2High = 6.93147180369123816490e-01 // its last 32 bits are zero: k·ln2High is exact
	ln2Low  = 1.90821492927058770002e-10
	log2E   = 1.44269504088896338700e+00
)

// polynomial is Horner's rule, c[0] + c[1]·x + …, unfused.
func polynomial(x float64, c []float64) float64 {
	y := c[len(c)-1]
	for n := len(c) - 2; n >= 0; n-- {
		y = float64(y*x) + c[n]
	}
	return y
}

// inverseFactorials are 1/n!, the Taylor series of exp.
var inverseFactorials = func() []float64 {
	c := make([]float64, 20)
	c[0] = 1
	f := 1.0
	for n := 1; n < len(c); n++ {
		f *= float64(n)
		c[n] = 1 / f
	}
	return c
}()

// Exp is e^x; 0 and +Inf where it under- and overflows, NaN for NaN.
func Exp(x float64) float64 {
	switch {
	case x != x:
		return x
	case x > 709.782712893384:
		return math.Inf(1)
	case x < -745.2:
		return 0
	}
	k := math.Floor(float64(x*log2E) + 0.5)
	r := (x - float64(k*ln2High)) - float64(k*ln2Low)
	return math.Ldexp(polynomial(r, inverseFactorials[:15]), int(k))
}

// oddReciprocals are 1/(2n+1), the series of atanh.
var oddReciprocals = func() []float64 {
	c := make([]float64, 13)
	for n := range c {
		c[n] = 1 / float64(2*n+1)
	}
	return c
}()

// Log is the natural logarithm; −Inf at 0, NaN below.
func Log(x float64) float64 {
	switch {
	case x != x || x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	case math.IsInf(x, 1):
		return x
	}
	f, e := math.Frexp(x)
	if f < math.Sqrt2/2 {
		f, e = 2*f, e-1
	}
	s := (f - 1) / (f + 1)
	l := float64(2 * s * polynomial(float64(s*s), oddReciprocals))
	k := float64(e)
	return float64(k*ln2High) + (l + float64(k*ln2Low))
}

// InverseSoftplus is ln(e^y − 1) for y > 0: the x with ln(1 + e^x) = y.
func InverseSoftplus(y float64) float64 {
	switch {
	case y > 40: // e^−y is below the last bit of y
		return y
	case y > 0.5:
		return Log(Exp(y) - 1)
	default:
		return Log(float64(y * polynomial(y, inverseFactorials[1:])))
	}
}
