package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// drawn is a network with weights of all sizes; a convolution where it has 512 E
// neurons.
func drawn(r *rand.Rand, nE, nI int, dense bool) *Network {
	weights := func(rows, cols int, total float64) *Panels {
		m, w := NewPanels(rows, cols), random(r, rows*cols, 0.4)
		for n := range w {
			w[n] = abs(w[n]) * float32(total/float64(cols))
		}
		m.Pack(w)
		return m
	}
	net := &Network{WEI: weights(nE, nI, 1), WIE: weights(nI, nE, 5), WII: weights(nI, nI, 1)}
	if nE == gridSize && !dense {
		net.Convolution, _ = convolutionLike(r)
		for n := range net.Convolution.scale {
			net.Convolution.scale[n] = 2e-3
		}
	} else if nE%2 == 0 || dense {
		net.WEE = weights(nE, nE, 2)
	}
	return net
}

var populations = [][2]int{
	{1, 1},
	{8, 1},
	{15, 3},
	{27, 3},
	{64, 8},
	{125, 15},
	{100, 70},
	{216, 27},
	{343, 42},
	{96, 96},
	{512, 64},
	{729, 91},
}

// everything is the state of all padded lanes.
func (s *State) everything() []float32 {
	return slices.Concat(s.exc.r, s.exc.h, s.inh.r, s.inh.h, []float32{s.exc.largest, s.inh.largest, float32(s.exc.nan | s.inh.nan)})
}

// stepBits runs some steps and returns all states on the way.
func stepBits(t *testing.T, net *Network, nE, nI int, x []float32, re float32) (bits []float32, active []int32) {
	t.Helper()
	s, c := NewState(nE, nI), &Constants{KE: 0.02, KI: 0.04, RMax: 30, InhInput: 5}
	s.Begin(x, re, 5)
	for range 12 {
		s.Step(net, c)
		bits = append(bits, s.everything()...)
		active = append(active, s.active.index...)
	}
	return bits, active
}

func TestStepHasTheSameBitsInEveryVariant(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for _, size := range populations {
		for _, dense := range []bool{false, true} {
			nE, nI := size[0], size[1]
			net := drawn(r, nE, nI, dense)
			for round := range 4 {
				x := random(r, nE, 0)
				for n := range x {
					x[n] *= 30
				}
				switch round {
				case 2:
					x[nE/2] = float32(math.NaN())
				case 3:
					x[0], x[nE-1] = float32(math.Inf(1)), 1e-42
				}
				re := float32(round % 2)
				useVariant(t, generic)
				want, wantActive := stepBits(t, net, nE, nI, x, re)
				for _, v := range variants() {
					useVariant(t, v)
					got, active := stepBits(t, net, nE, nI, x, re)
					what := fmt.Sprint(size, dense, round, v)
					sameBits(t, what, got, want)
					if !slices.Equal(active, wantActive) {
						t.Fatalf("%s: other neurons are active", what)
					}
				}
			}
		}
	}
}

func TestProductOfActiveHasTheSameBitsInEveryVariant(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for rows := 1; rows <= 100; rows++ {
		for _, cols := range []int{1, 2, 17, 100} {
			m, active, x := NewPanels(rows, cols), NewActive(cols), mixed(r, cols, rows%3 == 0)
			m.Pack(mixed(r, rows*cols, rows%5 == 0))
			active.Set(x)
			run := func(v variant) guarded {
				useVariant(t, v)
				dst := canaries(padded(rows))
				m.MulActive(dst.inner, x, active)
				dst.check(t)
				return dst
			}
			want := run(generic)
			for _, v := range variants() {
				sameBits(t, fmt.Sprint(rows, cols, v), run(v).inner, want.inner)
			}
		}
	}
}
