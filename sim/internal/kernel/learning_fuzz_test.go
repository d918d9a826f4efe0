package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// rawBits are n float32 of any bits at all.
func rawBits(r *rand.Rand, n int) []float32 {
	x := aligned[float32](n)
	for i := range x {
		x[i] = math.Float32frombits(r.Uint32())
	}
	return x
}

// FuzzLearning holds an update of entries of any bits, of any shape, by any rule.
func FuzzLearning(f *testing.F) {
	f.Add(uint64(1), uint8(17), uint8(9), float32(3), float32(2), float32(1e-3), float32(0.1), uint8(0))
	f.Add(uint64(2), uint8(64), uint8(64), float32(1e-30), float32(1e30), float32(1), float32(0), uint8(1))
	f.Add(uint64(3), uint8(1), uint8(100), float32(-1), float32(math.Inf(1)), float32(math.NaN()), float32(1e38), uint8(2))
	f.Fuzz(func(t *testing.T, seed uint64, rows, cols uint8, alpha, largest, eta, decay float32, how uint8) {
		if rows == 0 || cols == 0 {
			return
		}
		run := func(v variant) []float32 {
			useVariant(t, v)
			r := rand.New(rand.NewPCG(seed, 1))
			n, adam := int(rows)*int(cols), how%3 == 2
			p := NewPlastic(int(rows), int(cols), Rule{alpha, largest, eta, decay}, adam)
			d := Dense{W: rawBits(r, n), V: rawBits(r, n)}
			if adam {
				d.M, d.Q = rawBits(r, n), rawBits(r, n)
			}
			p.Load(d, mixed(r, n, true))
			post, pre := rawBits(r, int(rows)), mixed(r, int(cols), true)
			switch how % 3 {
			case 0:
				p.Descend(post, pre)
			case 1:
				p.DescendScaled(post, pre, 5)
			default:
				p.Adam(post, pre)
			}
			return p.everything()
		}
		want := run(generic)
		for _, v := range variants() {
			sameBits(t, fmt.Sprint(v), run(v), want)
		}
	})
}

// FuzzLogistic holds any 16 float32 in a row, and that none gives what is no
// share.
func FuzzLogistic(f *testing.F) {
	for _, x := range special {
		f.Add(math.Float32bits(x), uint32(1))
	}
	f.Fuzz(func(t *testing.T, first, step uint32) {
		x, want, got := aligned[float32](16), make([]float32, 16), make([]float32, 16)
		for n := range x {
			x[n] = math.Float32frombits(first + uint32(n)*step)
		}
		useVariant(t, generic)
		Logistic(want, x)
		for n, y := range want {
			if !(y > 0 && y <= 1) {
				t.Fatalf("the logistic of %g is %g", x[n], y)
			}
		}
		for _, v := range variants() {
			useVariant(t, v)
			Logistic(got, x)
			sameBits(t, fmt.Sprint(v), got, want)
		}
	})
}

// FuzzProducts holds the products of a matrix of any bits and shape.
func FuzzProducts(f *testing.F) {
	f.Add(uint64(1), uint8(17), uint8(9))
	f.Add(uint64(2), uint8(64), uint8(200))
	f.Fuzz(func(t *testing.T, seed uint64, rows, cols uint8) {
		if rows == 0 || cols == 0 {
			return
		}
		r := rand.New(rand.NewPCG(seed, 1))
		m := NewPanels(int(rows), int(cols))
		m.Pack(rawBits(r, int(rows)*int(cols)))
		x, y := mixed(r, int(cols), true), rawBits(r, int(rows))
		run := func(v variant) []float32 {
			useVariant(t, v)
			all := make([]float32, int(rows)+int(cols))
			m.Mul(all[:rows], x)
			m.MulTransposed(all[rows:], y)
			return all
		}
		want := run(generic)
		for _, v := range variants() {
			sameBits(t, fmt.Sprint(v), run(v), want)
		}
	})
}
