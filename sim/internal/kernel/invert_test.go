package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestInvertHasTheSameBitsInEveryVariantAndInverts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 7, 8, 16, 40, 64, 120} {
		a := make([]float64, n*n)
		for i := range a {
			a[i] = r.NormFloat64()
		}
		run := func(v variant) []float64 {
			useVariant(t, v)
			inverse := slices.Clone(a)
			if !Invert(inverse, n, make([]int, n)) {
				t.Fatalf("a matrix of %d is said to be singular", n)
			}
			return inverse
		}
		want := run(generic)
		for i := range n {
			for j := range n {
				sum := 0.0
				for k := range n {
					sum += a[i*n+k] * want[k*n+j]
				}
				if i == j {
					sum--
				}
				if math.Abs(sum) > 1e-9 {
					t.Fatalf("matrix of %d times its inverse is off by %g at %d, %d", n, sum, i, j)
				}
			}
		}
		for _, v := range variants() {
			if !slices.Equal(run(v), want) {
				t.Errorf("%v inverts a matrix of %d to other bits", v, n)
			}
		}
	}
	if Invert([]float64{1, 2, 2, 4}, 2, make([]int, 2)) {
		t.Error("a singular matrix was inverted")
	}
}

// BenchmarkInvert is 64³ FMA in float64.
func BenchmarkInvert(b *testing.B) {
	const n = 64
	a, order := make([]float64, n*n), make([]int, n)
	for _, v := range append(variants(), generic) {
		useVariant(b, v)
		b.Run(v.String(), func(b *testing.B) {
			for b.Loop() {
				for k := range a {
					a[k] = float64(k%5) / n
				}
				for k := range n {
					a[k*n+k]++
				}
				Invert(a, n, order)
			}
			perCycle(b, 2*n*n*n, 0)
		})
	}
}

// BenchmarkRound reads 8 bytes and writes 4.
func BenchmarkRound(b *testing.B) {
	const n = 64 * 64
	x, dst := aligned[float64](n), aligned[float32](n)
	for k := range x {
		x[k] = float64(k%5) / 3
	}
	for _, v := range append(variants(), generic) {
		b.Run(v.String(), func(b *testing.B) {
			useVariant(b, v)
			for b.Loop() {
				Round(dst, x)
			}
			perCycle(b, 0, 12*n)
		})
	}
}
