package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// special are values that a kernel may treat otherwise than arithmetic says.
var special = []float32{0, float32(math.Copysign(0, -1)), float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)),
	math.MaxFloat32, math.SmallestNonzeroFloat32, 1e-40, -1e-39, 720, -720, 80, -80, 88.8, -88.8}

// mixed are n values of usual size, one in twenty of them special if wanted.
func mixed(r *rand.Rand, n int, specials bool) []float32 {
	x := aligned[float32](n)
	for i := range x {
		x[i] = float32(r.NormFloat64() * math.Exp(r.NormFloat64()))
		if specials && r.IntN(20) == 0 {
			x[i] = special[r.IntN(len(special))]
		}
	}
	return x
}

// shapes are odd ones, and the published.
var shapes = [][2]int{{1, 1}, {3, 27}, {8, 1}, {15, 7}, {16, 8}, {17, 9}, {33, 16}, {48, 25}, {64, 512}, {512, 64}, {216, 27}, {100, 100}}

// plasticState is a pathway with everything in it.
func plasticState(seed uint64, rows, cols int, adam, specials bool) *Plastic {
	r := rand.New(rand.NewPCG(seed, 7))
	p := NewPlastic(rows, cols, Rule{Alpha: 3.1, Largest: 2.5, Eta: 1e-2, Decay: 0.1}, adam)
	n := rows * cols
	d := Dense{W: mixed(r, n, false), V: mixed(r, n, specials)}
	z := make([]float32, n)
	for i := range z {
		z[i] = float32(r.IntN(2))
	}
	if adam {
		d.M, d.Q = mixed(r, n, specials), mixed(r, n, false)
		for i, q := range d.Q {
			d.Q[i] = q * q
		}
	}
	p.Load(d, z)
	return p
}

func (p *Plastic) everything() []float32 {
	return slices.Concat(p.W.w, p.V.w, p.slope, p.m, p.q, p.sums, p.Moments[:])
}

// TestLearningHasTheSameBitsInEveryVariant runs three updates of each rule.
func TestLearningHasTheSameBitsInEveryVariant(t *testing.T) {
	rules := map[string]func(p *Plastic, post, pre []float32){
		"descend": (*Plastic).Descend,
		"scaled":  func(p *Plastic, post, pre []float32) { p.DescendScaled(post, pre, 5) },
		"adam":    (*Plastic).Adam,
	}
	for name, rule := range rules {
		for _, shape := range shapes {
			for _, specials := range []bool{false, true} {
				run := func(v variant) []float32 {
					useVariant(t, v)
					r := rand.New(rand.NewPCG(3, 4))
					p := plasticState(uint64(shape[0]), shape[0], shape[1], name == "adam", specials)
					guards := p.guard()
					for range 3 {
						rule(p, mixed(r, shape[0], specials), mixed(r, shape[1], specials))
					}
					for _, g := range guards {
						g.check(t)
					}
					return p.everything()
				}
				want := run(generic)
				for _, v := range variants() {
					sameBits(t, fmt.Sprint(name, shape, specials, v), run(v), want)
				}
			}
		}
	}
}

// TestRowsBeyondTheMatrixStay0 learns, loads its own state, and learns on.
func TestRowsBeyondTheMatrixStay0(t *testing.T) {
	for _, adam := range []bool{false, true} {
		p, z := plasticState(1, 5, 7, adam, false), make([]float32, 35)
		for range 2 {
			if adam {
				p.Adam(make([]float32, 5), make([]float32, 7))
			} else {
				p.DescendScaled(make([]float32, 5), make([]float32, 7), 3)
			}
			for n, w := range p.W.w {
				if n%stripRows >= 5 && w != 0 {
					t.Fatalf("row %d has a weight of %g", n%stripRows, w)
				}
			}
			p.Load(p.Dense(), z)
		}
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

// guarded is a slice between values that nobody may touch.
type guarded struct{ all, inner []float32 }

const (
	canary = 12345
	before = 33 // canaries before the slice: it is not aligned
)

func canaries(n int) guarded {
	all := make([]float32, n+64)
	for i := range all {
		all[i] = canary
	}
	return guarded{all, all[before : before+n]}
}

// guard moves the entries and sums of a pathway between canaries.
func (p *Plastic) guard() []guarded {
	var all []guarded
	for _, x := range []*[]float32{&p.W.w, &p.V.w, &p.slope, &p.m, &p.q, &p.sums} {
		if *x != nil {
			g := canaries(len(*x))
			copy(g.inner, *x)
			*x = g.inner
			all = append(all, g)
		}
	}
	return all
}

func (g guarded) check(t testing.TB) {
	t.Helper()
	for i, x := range g.all {
		if (i < before || i >= before+len(g.inner)) && x != canary {
			t.Fatalf("value %d was written, which is before or beyond the slice", i-before)
		}
	}
}

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

// BenchmarkLearning is an update of both pathways of the published network. It
// reads and writes 12 bytes an entry, Adam 20.
func BenchmarkLearning(b *testing.B) {
	const entries = 2 * 512 * 64
	for _, v := range append(variants(), generic) {
		useVariant(b, v)
		r := rand.New(rand.NewPCG(1, 2))
		e, i := mixed(r, 512, false), mixed(r, 64, false)
		ei, ie := plasticState(1, 512, 64, true, false), plasticState(2, 64, 512, true, false)
		for name, update := range map[string]func(){
			"descend": func() { ei.Descend(e, i); ie.DescendScaled(i, e, 5) },
			"adam":    func() { ei.Adam(e, i); ie.Adam(i, e) },
		} {
			b.Run(fmt.Sprint(name, "/", v), func(b *testing.B) {
				b.SetBytes(entries * map[string]int64{"descend": 24, "adam": 40}[name])
				for b.Loop() {
					update()
				}
				perCycle(b, 0, entries*map[string]float64{"descend": 24, "adam": 40}[name])
			})
		}
	}
}

// BenchmarkProducts reads 4 bytes for two operations.
func BenchmarkProducts(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	wei, wie := NewPanels(512, 64), NewPanels(64, 512)
	wei.Pack(mixed(r, 512*64, false))
	wie.Pack(mixed(r, 512*64, false))
	e, i := mixed(r, 512, false), mixed(r, 64, false)
	for _, v := range append(variants(), generic) {
		useVariant(b, v)
		for name, product := range map[string]func(){
			"wei": func() { wei.Mul(e, i) }, "weiT": func() { wei.MulTransposed(i, e) },
			"wie": func() { wie.Mul(i, e) }, "wieT": func() { wie.MulTransposed(e, i) },
		} {
			b.Run(fmt.Sprint(name, "/", v), func(b *testing.B) {
				b.SetBytes(4 * 512 * 64)
				for b.Loop() {
					product()
				}
				perCycle(b, 2*512*64, 4*512*64)
			})
		}
		b.Run(fmt.Sprint("dot/", v), func(b *testing.B) {
			b.SetBytes(3 * 4 * 512)
			for b.Loop() {
				AddScaledDot(e, 0, e, e)
			}
		})
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
