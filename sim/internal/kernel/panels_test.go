package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func TestProductsHaveTheSameBitsInEveryVariant(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, shape := range shapes {
		for _, specials := range []bool{false, true} {
			m := NewPanels(shape[0], shape[1])
			m.Pack(mixed(r, shape[0]*shape[1], specials))
			x, y := mixed(r, shape[1], specials), mixed(r, shape[0], specials)
			run := func(v variant) (product, transposed guarded) {
				useVariant(t, v)
				product, transposed = canaries(shape[0]), canaries(shape[1])
				m.Mul(product.inner, x)
				m.MulTransposed(transposed.inner, y)
				return product, transposed
			}
			product, transposed := run(generic)
			for _, v := range variants() {
				p, q := run(v)
				p.check(t)
				q.check(t)
				sameBits(t, fmt.Sprint("product", shape, v), p.inner, product.inner)
				sameBits(t, fmt.Sprint("transposed", shape, v), q.inner, transposed.inner)
			}
		}
	}
}

func TestProductsAreProducts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, shape := range shapes {
		dense := mixed(r, shape[0]*shape[1], false)
		m := NewPanels(shape[0], shape[1])
		m.Pack(dense)
		sameBits(t, "what was packed", m.Unpack(), dense)
		x, y := mixed(r, shape[1], false), mixed(r, shape[0], false)
		product, transposed := make([]float32, shape[0]), make([]float32, shape[1])
		m.Mul(product, x)
		m.MulTransposed(transposed, y)
		for i, got := range product {
			near(t, got, shape[1], func(j int) (float32, float32) { return dense[i*shape[1]+j], x[j] })
		}
		for j, got := range transposed {
			near(t, got, shape[0], func(i int) (float32, float32) { return dense[i*shape[1]+j], y[i] })
		}
	}
}

// near holds a sum of n products against float64.
func near(t testing.TB, got float32, n int, factors func(i int) (x, y float32)) {
	t.Helper()
	sum, size := 0.0, 0.0
	for i := range n {
		x, y := factors(i)
		sum += float64(x) * float64(y)
		size += math.Abs(float64(x) * float64(y))
	}
	if math.Abs(float64(got)-sum) > 1e-6*size {
		t.Errorf("%g, want %g", got, sum)
	}
}

// BenchmarkProducts reads 4 bytes for two operations. T is for transposed.
func BenchmarkProducts(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	drawn := func(rows, cols int) *Panels {
		m := NewPanels(rows, cols)
		m.Pack(mixed(r, rows*cols, false))
		return m
	}
	wee, wei, wie := drawn(512, 512), drawn(512, 64), drawn(64, 512)
	e, i, other := mixed(r, 512, false), mixed(r, 64, false), mixed(r, 512, false)
	for _, v := range append(variants(), generic) {
		useVariant(b, v)
		for name, product := range map[string]func(){
			"wei": func() { wei.Mul(e, i) }, "weiT": func() { wei.MulTransposed(i, e) },
			"wie": func() { wie.Mul(i, e) }, "wieT": func() { wie.MulTransposed(e, i) },
			"weeT": func() { wee.MulTransposed(other, e) },
		} {
			b.Run(fmt.Sprint(name, "/", v), func(b *testing.B) {
				entries := 512 * 64.0
				if name == "weeT" {
					entries = 512 * 512
				}
				for b.Loop() {
					product()
				}
				perCycle(b, 2*entries, 4*entries)
			})
		}
	}
}
