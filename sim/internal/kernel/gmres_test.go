package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestVectorsHaveTheSameBitsInEveryVariant(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 0; n <= 640; n += dotLanes {
		for _, specials := range []bool{false, true} {
			var x [5][]float32
			for k := range x {
				x[k] = mixed(r, n, specials)
			}
			run := func(v variant) []float32 {
				useVariant(t, v)
				a, b, c := canaries(n), canaries(n), canaries(n)
				copy(a.inner, x[0])
				first := AddScaledDot(a.inner, 0.3, x[1], x[2])
				second := AddScaledDot(a.inner, -0.7, x[3], a.inner)
				Scale(b.inner, x[1], 1.7)
				SubtractFlow(c.inner, x[0], x[1], x[2], x[3])
				for _, g := range []guarded{a, b, c} {
					g.check(t)
				}
				return append(slices.Concat(a.inner, b.inner, c.inner), first, second, Dot(x[0], x[4]))
			}
			want := run(generic)
			for _, v := range variants() {
				sameBits(t, fmt.Sprint("vectors of ", n, v), run(v), want)
			}
		}
	}
}

// BenchmarkVectors is what GMRES does with vectors of 512.
func BenchmarkVectors(b *testing.B) {
	const n = 512
	r := rand.New(rand.NewPCG(1, 2))
	var x [5][]float32
	for k := range x {
		x[k] = mixed(r, n, false)
	}
	for _, v := range append(variants(), generic) {
		useVariant(b, v)
		for name, work := range map[string]struct {
			do                func()
			operations, bytes float64 // of an entry
		}{
			"dot":  {func() { Dot(x[0], x[1]) }, 2, 8},
			"add":  {func() { AddScaledDot(x[0], 1e-9, x[1], x[2]) }, 4, 16},
			"size": {func() { Scale(x[0], x[1], 0.5) }, 1, 8},
			"flow": {func() { SubtractFlow(x[0], x[1], x[2], x[3], x[4]) }, 3, 20},
		} {
			b.Run(fmt.Sprint(name, "/", v), func(b *testing.B) {
				for b.Loop() {
					work.do()
				}
				perCycle(b, work.operations*n, work.bytes*n)
			})
		}
	}
}
