package sim

import (
	"math"
	"math/rand/v2"
	"testing"

	"eisweep/sim/internal/kernel"
)

func excitationOf(t *testing.T, own []float32, change func(p *Parameters)) (*excitation, *Parameters) {
	t.Helper()
	p := Defaults(Approximate)
	change(&p)
	e, err := newExcitation(t.Context(), &p, own)
	if err != nil {
		t.Fatal(err)
	}
	return e, &p
}

// TestConvolutionIsWee compares wee·re by convolution with the matrix product, summed in
// float64.
func TestConvolutionIsWee(t *testing.T) {
	for _, c := range []struct {
		stimuli int
		p       float32
	}{{8, 0.6}, {10, 0.6}, {12, 0.6}, {12, 0.05}, {12, 1}} {
		e, p := excitationOf(t, nil, func(p *Parameters) { p.Inp.NStimuli, p.Sy.E2E.P = c.stimuli, c.p })
		if e.convolution == nil {
			t.Errorf("%+v: no convolution", c)
			continue
		}
		r, nE := rand.New(rand.NewPCG(1, 2)), p.NE()
		re, got := make([]float32, nE), make([]float32, nE)
		for n := range re {
			re[n] = max(0, 20*float32(r.NormFloat64()))
		}
		net := &kernel.Network{Convolution: e.convolution}
		kernel.NewState(nE, p.NI()).Excitation(net, re, got)
		largest, worst := 0.0, 0.0
		for i := range nE {
			sum := 0.0
			for j, r := range re {
				sum += float64(e.wee[i*nE+j]) * float64(r)
			}
			largest, worst = max(largest, sum), max(worst, math.Abs(sum-float64(got[i])))
		}
		if !(worst < 1e-6*largest) {
			t.Errorf("%+v: off by %g, the largest is %g", c, worst, largest)
		}
	}
}

// TestConvolutionIsOnlyWhereItHolds: too coarse a grid of stimuli, another size, and
// a wee of the task's own that is not the rule's are dense.
func TestConvolutionIsOnlyWhereItHolds(t *testing.T) {
	usual, _ := excitationOf(t, nil, func(*Parameters) {})
	if e, _ := excitationOf(t, usual.wee, func(*Parameters) {}); e.convolution == nil {
		t.Error("the rule's own wee, loaded, is dense")
	}
	other := append([]float32(nil), usual.wee...)
	other[1] += 1e-6
	if e, _ := excitationOf(t, other, func(*Parameters) {}); e.convolution != nil {
		t.Error("another wee counts as the rule's")
	}
	for stimuli := 1; stimuli <= 6; stimuli++ {
		if e, _ := excitationOf(t, nil, func(p *Parameters) { p.Inp.NStimuli = stimuli }); e.convolution != nil {
			t.Errorf("%d stimuli: a convolution", stimuli)
		}
	}
	for name, change := range map[string]func(p *Parameters){
		"convolution": func(*Parameters) {},
		"dense":       func(p *Parameters) { p.Ng.Exc.NPerAxis = 7 },
		"none":        func(p *Parameters) { p.Sy.E2E.WTotal = 0 },
	} {
		p := Defaults(Approximate)
		change(&p)
		if got, err := Recurrence(t.Context(), &p); err != nil || got != name {
			t.Errorf("%q, %v where %q is due", got, err, name)
		}
	}
}
