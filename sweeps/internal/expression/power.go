package expression

import "math"

// Power returns x^y for x > 0 and 0 ≤ y ≤ 1 within a few units in the last place.
// A logarithmic range must have the same values, and its tasks the same ids, on every
// machine; results of math.Exp, math.Log and fused multiply-adds differ between machines.
func Power(x, y float64) float64 {
	fraction, exponent := math.Frexp(x)
	if fraction < math.Sqrt2/2 {
		fraction, exponent = 2*fraction, exponent-1
	}
	// x^y = 2^(exponent·y) · fraction^y, with a whole power of 2 split off.
	e := float64(float64(exponent) * y)
	whole := math.Floor(e + 0.5)
	rest := float64((e-whole)*math.Ln2) + float64(y*logNear1(fraction))
	return math.Ldexp(expNear0(rest), int(whole))
}

// logNear1 is the logarithm of √½ ≤ x < √2, by the series of 2·artanh.
func logNear1(x float64) float64 {
	t := (x - 1) / (x + 1)
	square, sum := float64(t*t), 0.0
	for k := 41; k >= 1; k -= 2 {
		sum = float64(sum*square) + 1/float64(k)
	}
	return float64(2 * float64(t*sum))
}

// expNear0 is the exponential of |x| < 1, by its series.
func expNear0(x float64) float64 {
	sum := 1.0
	for k := 26; k >= 1; k-- {
		sum = float64(float64(sum*x)/float64(k)) + 1
	}
	return sum
}
