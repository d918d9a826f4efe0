package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func TestBatchHasTheBitsOfSingleStates(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for _, size := range populations {
		if size[0] > 600 {
			continue
		}
		for _, dense := range []bool{false, true} {
			nE, nI := size[0], size[1]
			net, c := drawn(r, nE, nI, dense), &Constants{KE: 0.02, KI: 0.04, RMax: 30, InhInput: 5}
			for _, v := range append(variants(), generic) {
				if v == generic && nE > 130 {
					continue
				}
				useVariant(t, v)
				compareLanes(t, fmt.Sprint(size, dense, v), r, net, c, nE, nI)
			}
		}
	}
}

// compareLanes steps a batch, some lanes of which begin anew on the way, one of
// them with a NaN, beside single states.
func compareLanes(t *testing.T, what string, r *rand.Rand, net *Network, c *Constants, nE, nI int) {
	t.Helper()
	b, states := NewBatch(nE, nI), map[int]*State{}
	begin := func(lane int) {
		x := random(r, nE, 0)
		for n := range x {
			x[n] *= 30
		}
		if lane == 17 {
			x[0] = float32(math.NaN())
		}
		states[lane] = NewState(nE, nI)
		states[lane].Begin(x, 1, 5)
		b.Begin(lane, x, 1, 5)
	}
	re, ri := make([]float32, nE), make([]float32, nI)
	for step := range 10 {
		switch step {
		case 0:
			for _, lane := range []int{0, 7, 17, 31, 47} {
				begin(lane)
			}
		case 4:
			begin(31)
			begin(18)
		}
		b.Step(net, c)
		for lane, s := range states {
			e, i, nan := s.Step(net, c)
			gotE, gotI, gotNaN := b.Largest(lane)
			b.Rates(lane, re, ri)
			name := fmt.Sprint(what, " lane ", lane, " step ", step)
			sameBits(t, name, re, s.RE)
			sameBits(t, name, ri, s.RI)
			sameBits(t, name, []float32{gotE, gotI}, []float32{e, i})
			if nan != gotNaN {
				t.Fatalf("%s: NaN %t, want %t", name, gotNaN, nan)
			}
			if nan {
				delete(states, lane)
			}
		}
	}
}

func BenchmarkBatch(b *testing.B) {
	for _, dense := range []bool{false, true} {
		for _, v := range variants() {
			b.Run(fmt.Sprint("dense=", dense, "/", v), func(b *testing.B) {
				useVariant(b, v)
				r := rand.New(rand.NewPCG(1, 1))
				net, batch := drawn(r, 512, 64, dense), NewBatch(512, 64)
				c := &Constants{KE: 0.02, KI: 0.04, RMax: 1000, InhInput: 5}
				for lane := range Lanes {
					x := random(r, 512, 0)
					for n := range x {
						x[n] = 5 + 20*x[n]
					}
					batch.Begin(lane, x, 1, 5)
				}
				for b.Loop() {
					batch.Step(net, c)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/Lanes, "ns/state")
				weights := 2.0*512*64 + 64*64
				if dense {
					weights += 512 * 512
				}
				perCycle(b, 2*weights*Lanes, 0)
			})
		}
	}
}

func TestBatchAllocatesNothing(t *testing.T) {
	net, c := drawn(rand.New(rand.NewPCG(1, 1)), 512, 64, false), &Constants{KE: 0.02, KI: 0.04, RMax: 1000, InhInput: 5}
	b := NewBatch(512, 64)
	if n := testing.AllocsPerRun(3, func() { b.Step(net, c) }); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}
