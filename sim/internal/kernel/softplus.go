package kernel

import "math"

// The constants of softplus and its slope. exp's and log1p's polynomials are
// Remez's on |r| ≤ ln 2/2 and 0 ≤ u ≤ 1, good to 2e-9 and 5e-9.
const (
	log1pTiny  = 1e-10              // its square is no denormal, and nothing beside 1
	expFloor   = -80                // denormals would double the time, and mean nothing
	expLog2E   = 1.4426950408889634 // 1/ln 2
	expRound   = 3 << 22            // adding it leaves no room for a fraction
	expLn2High = 0.693115234375     // 12 bits: k·expLn2High is exact
	expLn2Low  = 3.1946184945e-05
)

var (
	expTerms   = [...]float32{1, 1.00000003634, 0.499999920751, 0.166664200724, 0.0416682261885, 0.00837482403066, 0.00138368357448}
	log1pTerms = [...]float32{0.999999995287, -0.499999024201, 0.333299623477, -0.249541330169, 0.196759362536,
		-0.153055845131, 0.106036420166, -0.0569594132536, 0.0198514004944, -0.00324401191252}
)

// polynomial is c[0] + c[1]·x + …: pairs of terms are fma(c[n+1], x, c[n]), and
// Horner's rule by FMA for the pairs in square, which is x². So nothing waits for
// long.
func polynomial(x, square float32, c []float32) float32 {
	pair := func(n int) float32 {
		if n+1 == len(c) {
			return c[n]
		}
		return fma(c[n+1], x, c[n])
	}
	n := (len(c) - 1) / 2 * 2
	y := pair(n)
	for n -= 2; n >= 0; n -= 2 {
		y = fma(y, square, pair(n))
	}
	return y
}

// expNegative is u = e^−|x|, e^−80 beyond and for NaN:
//
//	a := −|x|, −80 unless a > −80
//	k := fma(a, 1/ln 2, 3·2²²) − 3·2²²
//	r := fma(k, −ln2low, fma(k, −ln2high, a))
//	u := polynomial(r, r², exp) · 2^k
func expNegative(x float32) float32 {
	a := math.Float32frombits(math.Float32bits(x) | 1<<31)
	if !(a > expFloor) {
		a = expFloor
	}
	shifted := fma(a, expLog2E, expRound)
	k := shifted - expRound
	r := fma(k, -expLn2Low, fma(k, -expLn2High, a))
	p := polynomial(r, float32(r*r), expTerms[:])
	return math.Float32frombits(math.Float32bits(p) + math.Float32bits(shifted)<<23)
}

// softplus is ln(1 + e^x) and its slope, the logistic function, to 2.5e-7 of
// themselves. Below x = −80 both stay at their values there, which are 0 for every
// purpose; for NaN both are finite and mean nothing.
//
//	t := 1 / (1 + u)
//	slope := t where x > 0, u·t elsewhere
//	value := fma(u, polynomial(u, max(u, 1e-10)², log1p), x where x > 0, 0 elsewhere)
func softplus(x float32) (value, slope float32) {
	u := expNegative(x)
	t := 1 / (1 + u)
	positive := x
	if !(x > 0) {
		positive, t = 0, float32(u*t)
	}
	bounded := max(u, log1pTiny)
	return fma(u, polynomial(u, float32(bounded*bounded), log1pTerms[:]), positive), t
}

// Logistic sets dst[n] = 1/(1 + e^−x[n]), the slope of softplus; dst may be x.
func Logistic(dst, x []float32) {
	checkLength("levels", len(x), len(dst))
	logistic(dst, x)
}
