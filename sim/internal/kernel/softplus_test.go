package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"eisweep/sim/internal/elementary"
)

func TestSoftplusIsGoodToFloat32(t *testing.T) {
	worst, worstSlope := 0.0, 0.0
	for x := float32(-79); x < 120; x += 0.00097 {
		value, slope := softplus(x)
		e := math.Exp(float64(x))
		worst = max(worst, math.Abs(float64(value)/math.Log1p(e)-1))
		worstSlope = max(worstSlope, math.Abs(float64(slope)/(e/(1+e))-1))
	}
	if worst > 2.5e-7 || worstSlope > 2.5e-7 {
		t.Errorf("softplus is off by %g, its slope by %g", worst, worstSlope)
	}
	for _, x := range []float32{-81, -1e30, float32(math.Inf(-1))} {
		if value, slope := softplus(x); value > 2e-35 || slope > 2e-35 || value < 1e-35 {
			t.Errorf("softplus(%v) = %v, %v", x, value, slope)
		}
	}
	if value, slope := softplus(1e30); value != 1e30 || slope != 1 {
		t.Errorf("softplus(1e30) = %v, %v", value, slope)
	}
	if value, slope := softplus(float32(math.NaN())); value-value != 0 || slope-slope != 0 {
		t.Errorf("softplus(NaN) = %v, %v", value, slope)
	}
}

func TestLogisticHasTheSameBitsInEveryVariant(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 101 {
		x := mixed(r, n, true)
		want := make([]float32, n)
		logisticGeneric(want, x)
		for _, v := range variants() {
			useVariant(t, v)
			got := canaries(n)
			Logistic(got.inner, x)
			got.check(t)
			sameBits(t, fmt.Sprint("logistic ", n, v), got.inner, want)
		}
	}
}

// BenchmarkLogistic takes 23 operations a value, a division among them: an exponential
// in float32, as learning does in the same pass as its update.
func BenchmarkLogistic(b *testing.B) {
	const n = 512
	x, dst := mixed(rand.New(rand.NewPCG(1, 2)), n, false), aligned[float32](n)
	for _, v := range append(variants(), generic) {
		b.Run(v.String(), func(b *testing.B) {
			useVariant(b, v)
			for b.Loop() {
				Logistic(dst, x)
			}
			perCycle(b, 23*n, 8*n)
		})
	}
}

// BenchmarkExp and BenchmarkLog are 512 values of those in float64, which are plain Go:
// 35 operations each, and 34, a division among them.
func BenchmarkExp(b *testing.B) { benchmarkElementary(b, elementary.Exp, 35) }
func BenchmarkLog(b *testing.B) { benchmarkElementary(b, elementary.Log, 34) }

func benchmarkElementary(b *testing.B, f func(float64) float64, operations float64) {
	const n = 512
	var x, y [n]float64
	for k := range x {
		x[k] = float64(k+1) / 100
	}
	for b.Loop() {
		for k, x := range x {
			y[k] = f(x)
		}
	}
	perCycle(b, operations*n, 16*n)
}
