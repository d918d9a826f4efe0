package elementary

import "math"

const (
	halfPiHigh = 1.57079632673412561417e+00 // its last 33 bits are zero
	halfPiLow  = 6.07710050650619224932e-11
)

// SinCos returns the sine and cosine of an angle of a few turns at most.
func SinCos(x float64) (sin, cos float64) {
	quarter := math.Floor(float64(x*(2/math.Pi)) + 0.5)
	r := (x - float64(quarter*halfPiHigh)) - float64(quarter*halfPiLow)
	sin, cos = sinCosSeries(r)
	switch int(quarter) & 3 {
	case 1:
		return cos, -sin
	case 2:
		return -sin, -cos
	case 3:
		return -cos, sin
	}
	return sin, cos
}

// sinCosSeries is Taylor's, for |r| ≤ π/4.
func sinCosSeries(r float64) (sin, cos float64) {
	z := float64(r * r)
	for n := 18; n >= 0; n -= 2 {
		sign := float64(1 - n%4) // n = 0, 4, 8 …: +1; 2, 6 …: −1
		cos = float64(cos*z) + float64(sign*inverseFactorials[n])
		sin = float64(sin*z) + float64(sign*inverseFactorials[n+1])
	}
	return float64(sin * r), cos
}

// alternatingReciprocals are ±1/(2n+1), the series of atan.
var alternatingReciprocals = func() []float64 {
	c := make([]float64, 13)
	for n := range c {
		c[n] = float64(1-2*(n%2)) / float64(2*n+1)
	}
	return c
}()

// atan is the arc tangent of 0 ≤ x ≤ 1: two halvings of the angle, then the series.
func atan(x float64) float64 {
	for range 2 {
		x /= 1 + math.Sqrt(1+float64(x*x))
	}
	return float64(4 * x * polynomial(float64(x*x), alternatingReciprocals))
}

// Acos is the arc cosine in radians of a cosine, which is clamped to [−1, 1];
// NaN for NaN.
func Acos(c float64) float64 {
	switch {
	case c != c:
		return c
	case c >= 1:
		return 0
	case c <= -1:
		return math.Pi
	case c >= 0:
		return float64(2 * atan(math.Sqrt((1-c)/(1+c))))
	}
	return math.Pi - Acos(-c)
}
