package elementary

import "math"

// Softplus returns ln(1 + e^x) and its slope, the logistic function 1/(1 + e^−x),
// in float32 with a relative error of 2e-7. Below x = −80 both stay at their
// values there, which are 0 for every purpose: denormals would double the time.
// For NaN the result is finite and means nothing.
func Softplus(x float32) (softplus, logistic float32) {
	u := expNegative(x)
	t := 1 / (1 + u)
	s := u / (2 + u)
	z := float32(s * s)
	p := float32(1.0 / 13)
	p = float32(p*z) + 1.0/11
	p = float32(p*z) + 1.0/9
	p = float32(p*z) + 1.0/7
	p = float32(p*z) + 1.0/5
	p = float32(p*z) + 1.0/3
	p = float32(p*z) + 1
	softplus = float32(2 * s * p) // ln(1 + u) = 2 atanh(u/(2 + u))
	if x > 0 {
		return x + softplus, t
	}
	return softplus, float32(u * t)
}

// Logistic is 1/(1 + e^−x); see Softplus.
func Logistic(x float32) float32 {
	u := expNegative(x)
	t := 1 / (1 + u)
	if x > 0 {
		return t
	}
	return float32(u * t)
}

// expNegative is e^−|x| in float32, e^−80 beyond.
func expNegative(x float32) float32 {
	const (
		round = 3 << 22 // adding it leaves no room for a fraction
		high  = 0.693359375
		low   = -2.12194440e-4
	)
	a := -x
	if x < 0 {
		a = x
	}
	if !(a > -80) {
		a = -80
	}
	k := float32(float32(a*log2E)+round) - round
	r := float32(a-float32(k*high)) - float32(k*low)
	p := float32(1.0 / 5040)
	p = float32(p*r) + 1.0/720
	p = float32(p*r) + 1.0/120
	p = float32(p*r) + 1.0/24
	p = float32(p*r) + 1.0/6
	p = float32(p*r) + 1.0/2
	p = float32(p*r) + 1
	p = float32(p*r) + 1
	return float32(p * math.Float32frombits(uint32(int32(k)+127)<<23))
}
