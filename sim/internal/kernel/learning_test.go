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
