package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func random(r *rand.Rand, n int, silent float64) []float32 {
	x := make([]float32, n)
	for i := range x {
		if r.Float64() >= silent {
			x[i] = float32(r.NormFloat64())
		}
	}
	return x
}

// reference is the loop of Mul's documentation.
func reference(w []float32, rows, cols int, x []float32) []float32 {
	y := make([]float32, padded(rows))
	for i := range rows {
		for j := range cols {
			if x[j] != 0 {
				y[i] = fma(w[i*cols+j], x[j], y[i])
			}
		}
	}
	return y
}

func sameBits(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for n := range want {
		if math.Float32bits(got[n]) != math.Float32bits(want[n]) && (got[n] == got[n] || want[n] == want[n]) {
			t.Fatalf("%s: [%d] = %v, want %v", what, n, got[n], want[n])
		}
	}
}

func TestMulActiveIsItsReferenceLoop(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, rows := range []int{1, 2, 7, 8, 9, 15, 16, 33, 64, 100} {
		for _, cols := range []int{1, 3, 8, 27, 64, 125} {
			for _, silent := range []float64{0, 0.5, 1} {
				w, x := random(r, rows*cols, 0.3), random(r, cols, silent)
				m, active := NewPanels(rows, cols), NewActive(cols)
				m.Pack(w)
				active.Set(x)
				end := padded(rows) + 1
				guarded := make([]float32, end+1)
				guarded[0], guarded[end] = 7, 7
				m.MulActive(guarded[1:end], x, active)
				sameBits(t, fmt.Sprintf("%d × %d", rows, cols), guarded[1:end], reference(w, rows, cols, x))
				if guarded[0] != 7 || guarded[end] != 7 {
					t.Fatalf("%d × %d: written outside the result", rows, cols)
				}
			}
		}
	}
}

func TestMulActivePassesNaNAndInfinities(t *testing.T) {
	m, active := NewPanels(2, 3), NewActive(3)
	m.Pack([]float32{1, 1, 1, 0, 1, 1})
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	y := make([]float32, padded(2))
	for _, x := range [][]float32{{nan, 0, 1}, {0, inf, 1}} {
		active.Set(x)
		m.MulActive(y, x, active)
		sameBits(t, fmt.Sprint(x), y[:2], []float32{x[0] + x[1], x[0] + x[1]})
	}
}

// published returns a network and a state of the published size, half of the E
// neurons silent.
func published() (*Network, *State, *Constants) {
	r := rand.New(rand.NewPCG(5, 6))
	const nE, nI = 512, 64
	pack := func(rows, cols int, total float64) *Panels {
		m := NewPanels(rows, cols)
		w := random(r, rows*cols, 0.4)
		for n := range w {
			w[n] = abs(w[n]) * float32(total) / float32(cols)
		}
		m.Pack(w)
		return m
	}
	net := &Network{WEE: pack(nE, nE, 2), WEI: pack(nE, nI, 1), WIE: pack(nI, nE, 5), WII: pack(nI, nI, 1)}
	s := NewState(nE, nI)
	x := random(r, nE, 0)
	for n := range x {
		x[n] = 5 + 20*x[n]
	}
	s.Begin(x, 1, 5)
	return net, s, &Constants{KE: 0.02, KI: 0.04, RMax: 1000, InhInput: 5}
}

func TestStepAllocatesNothing(t *testing.T) {
	net, s, c := published()
	if n := testing.AllocsPerRun(10, func() { s.Step(net, c) }); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}

func TestStepIsTheEquation(t *testing.T) {
	one := func(w float32) *Panels { m := NewPanels(1, 1); m.Pack([]float32{w}); return m }
	net := &Network{WEE: one(0.5), WEI: one(2), WIE: one(3), WII: one(0.25)}
	s, c := NewState(1, 1), &Constants{KE: 0.5, KI: 0.25, RMax: 100, InhInput: 4}
	s.Begin([]float32{20}, 1, 8)
	e, i, nan := s.Step(net, c)
	// d_e = 0.5·(20 − 16 + 0.5 − 1), d_i = 0.25·(3 − 2 − 8 + 4)
	if s.HE[0] != 2.75 || s.RE[0] != 2.75 || s.HI[0] != 7.25 || e != 1.75 || i != 0.75 || nan {
		t.Errorf("he %v re %v hi %v, largest %v and %v, nan %t", s.HE, s.RE, s.HI, e, i, nan)
	}
	c.InhInput = 8
	s.Begin([]float32{20}, 1, 8)
	if s.Step(net, c); s.HI[0] != 8.25 {
		t.Errorf("hi %v with another background, want 8.25", s.HI)
	}
	s.Begin([]float32{20}, 1, 80) // far below 0: clipped, and so still
	e, _, _ = s.Step(net, c)
	if s.HE[0] >= 0 || s.RE[0] != 0 || e != 0 {
		t.Errorf("he %v re %v largest %v", s.HE, s.RE, e)
	}
	s.Begin([]float32{float32(math.NaN())}, 1, 8)
	if _, _, nan = s.Step(net, c); !nan {
		t.Error("NaN went unnoticed")
	}
}

func BenchmarkEulerStep(b *testing.B) {
	for _, kind := range []string{"convolution", "dense"} {
		for _, v := range append(variants(), generic) {
			b.Run(fmt.Sprint(kind, "/", v), func(b *testing.B) {
				useVariant(b, v)
				net, s, c := published()
				if kind == "convolution" {
					net = drawn(rand.New(rand.NewPCG(1, 1)), 512, 64, false)
				}
				for range 200 {
					s.Step(net, c)
				}
				for b.Loop() {
					s.Step(net, c)
				}
				b.ReportMetric(float64(len(s.active.index)), "active")
				weights := 2.0*512*64 + 64*64
				if kind == "dense" {
					weights += 512 * float64(len(s.active.index))
				}
				perCycle(b, 2*weights, 4*weights)
			})
		}
	}
}
