package elementary

import (
	"math"
	"testing"
)

// grid calls f with n values from lo to hi.
func grid(lo, hi float64, n int, f func(float64)) {
	for i := range n {
		f(lo + (hi-lo)*float64(i)/float64(n-1))
	}
}

// near fails unless got is within a relative error of want.
func near(t *testing.T, name string, x, got, want, relative float64) {
	t.Helper()
	if got == want || math.IsNaN(got) && math.IsNaN(want) {
		return
	}
	if !(math.Abs(got-want) <= relative*math.Abs(want)) {
		t.Fatalf("%s(%v) = %v, want %v", name, x, got, want)
	}
}

func TestExpAndLogAgreeWithPackageMath(t *testing.T) {
	grid(-745, 709, 20_001, func(x float64) {
		if math.Exp(x) > 1e-300 {
			near(t, "Exp", x, Exp(x), math.Exp(x), 1e-15)
			near(t, "Log", math.Exp(x), Log(math.Exp(x)), math.Log(math.Exp(x)), 1e-15)
		}
	})
	grid(0.5, 2, 20_001, func(x float64) { near(t, "Log", x, Log(x), math.Log(x), 5e-16) })
	grid(1e-6, 50, 20_001, func(y float64) {
		near(t, "InverseSoftplus", y, math.Log1p(math.Exp(InverseSoftplus(y))), y, 1e-14)
	})
	for _, x := range []float64{0, math.Inf(1), math.Inf(-1), math.NaN(), -1} {
		near(t, "Exp", x, Exp(x), math.Exp(x), 0)
		near(t, "Log", x, Log(x), math.Log(x), 1e-15)
	}
}

func TestAnglesAgreeWithPackageMath(t *testing.T) {
	grid(-13, 13, 20_001, func(x float64) {
		sin, cos := SinCos(x)
		if math.Abs(sin-math.Sin(x)) > 3e-16 || math.Abs(cos-math.Cos(x)) > 3e-16 {
			t.Fatalf("SinCos(%v) = %v, %v, want %v, %v", x, sin, cos, math.Sin(x), math.Cos(x))
		}
	})
	grid(-1, 1, 20_001, func(c float64) {
		if math.Abs(Acos(c)-math.Acos(c)) > 2e-15 {
			t.Fatalf("Acos(%v) = %v, want %v", c, Acos(c), math.Acos(c))
		}
	})
	near(t, "Acos", 1.5, Acos(1.5), 0, 0)
	near(t, "Acos", -1.5, Acos(-1.5), math.Pi, 0)
	near(t, "Acos", 0, Acos(math.NaN()), math.NaN(), 0)
}

// Values of scipy.stats.t.sf(t, df)·2.
func TestStudent(t *testing.T) {
	for _, c := range []struct{ t, df, p float64 }{
		{0, 6, 1},
		{1, 1, 0.5},
		{2, 2, 0.18350341907227397},
		{math.Sqrt(2), 2, 0.29289321881345254},
		{math.Inf(1), 5, 0},
	} {
		near(t, "StudentTwoSided", c.t, StudentTwoSided(c.t, c.df), c.p, 1e-12)
	}
	grid(0.1, 8, 200, func(x float64) { // a great df is nearly the normal distribution
		near(t, "StudentTwoSided", x, StudentTwoSided(x, 1e7), math.Erfc(x/math.Sqrt2), 1e-3)
	})
}
