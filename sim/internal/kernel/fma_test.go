package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exactFMA rounds x·y + z once, by arithmetic without rounding.
func exactFMA(x, y, z float32) float32 {
	p := new(big.Float).SetPrec(2000).Mul(big.NewFloat(float64(x)), big.NewFloat(float64(y)))
	f, _ := p.Add(p, big.NewFloat(float64(z))).Float32()
	return f
}

// odd is a float32 of any size, denormals included, with few or many bits.
func odd(r *rand.Rand) float32 {
	x := math.Float32frombits(r.Uint32() & (^uint32(0) << r.IntN(24)))
	if x-x != 0 {
		return 1
	}
	return x
}

func TestFMARoundsOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 300000 {
		x, y, z := odd(r), odd(r), odd(r)
		if r.IntN(2) == 0 { // near a midpoint, or cancelling
			z = float32(float64(x) * float64(y) * math.Ldexp(float64(r.IntN(3)-1), r.IntN(60)-30))
			if z-z != 0 {
				continue
			}
		}
		got, want := fma(x, y, z), exactFMA(x, y, z)
		if got != want {
			t.Fatalf("fma(%g, %g, %g) = %g, want %g", x, y, z, got, want)
		}
	}
}

func TestFMAKnowsZerosInfinitiesAndNaN(t *testing.T) {
	inf, negative := float32(math.Inf(1)), float32(math.Copysign(0, -1))
	for _, c := range []struct{ x, y, z, want float32 }{
		{0, 1, negative, 0}, {negative, 1, negative, negative}, {1, -1, 1, 0}, {inf, 1, 1, inf}, {1, 1, -inf, -inf},
		{math.MaxFloat32, math.MaxFloat32, 0, inf}, {0x1p-100, 0x1p-100, 0, 0}, {0x1p-100, -0x1p-100, 0, negative},
		{0x1p-75, 0x1p-75, 0x1p-149, 0x1p-148}, {1 + 0x1p-23, 1 + 0x1p-23, 0x1p-80, 1 + 0x1p-22},
	} {
		if got := fma(c.x, c.y, c.z); math.Float32bits(got) != math.Float32bits(c.want) {
			t.Errorf("fma(%g, %g, %g) = %g, want %g", c.x, c.y, c.z, got, c.want)
		}
	}
	for _, x := range []float32{fma(inf, 0, 1), fma(inf, 1, -inf), fma(float32(math.NaN()), 0, 0)} {
		if x == x {
			t.Errorf("%g where NaN is due", x)
		}
	}
}
