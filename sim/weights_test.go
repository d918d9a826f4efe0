package sim

import (
	"slices"
	"testing"

	"eisweep/sim/internal/nprandom"
)

// TestGivenWeightsLeaveTheOthersAsDrawn: the generator draws all the same.
func TestGivenWeightsLeaveTheOthersAsDrawn(t *testing.T) {
	drawn := runTask(t, small(Approximate, func(p *Parameters) { p.Pl.IsPlastic = Neither })).Training
	task := small(Approximate, func(p *Parameters) { p.Pl.IsPlastic, p.Pl.SoftMax = Neither, true })
	task.Initial.WEI = make([]float32, 27*3)
	task.Initial.WEI[4] = 0.75
	r := runTask(t, task).Training
	if !slices.Equal(r.WII, drawn.WII) || !slices.Equal(r.WIE, drawn.WIE) || !slices.Equal(r.WEE, drawn.WEE) {
		t.Error("a given wei changes the other weights")
	}
	if !slices.Equal(r.WEIInit, task.Initial.WEI) || !slices.Equal(r.WEI, task.Initial.WEI) {
		t.Error("wei is not the given one")
	}
	for n, z := range r.ZEI {
		if (z == 1) != (n == 4) {
			t.Errorf("z[%d] = %v", n, z)
		}
	}
}

// TestSoftMaxTakesTheLargestGivenWeight as the largest there may be.
func TestSoftMaxTakesTheLargestGivenWeight(t *testing.T) {
	p := Defaults(Approximate)
	p.Pl.SoftMax = true
	y := newPathway(&p, p.Sy.I2E, []float32{0, 2, 0.5, 1}, 2, 2)
	if y.largest != 2 || y.alpha != 2 || y.inverse[0] != 0 || y.inverse[1] <= y.inverse[3] {
		t.Errorf("largest %v, alpha %v, v %v", y.largest, y.alpha, y.inverse)
	}
}

func TestEveryRowIsDrawnWithItsSynapses(t *testing.T) {
	for _, distribution := range []string{Lognorm, Normal, Uniform} {
		p := Defaults(Approximate)
		p.Sy.WDist = distribution
		w := drawWeights(nprandom.New(2), &p.Sy, p.Sy.E2I, 64, ascending(512))
		for i := range 64 {
			if k := connected(w[i*512 : (i+1)*512]); k != synapses(p.Sy.E2I.P, 512) {
				t.Errorf("%s: row %d has %d synapses", distribution, i, k)
			}
		}
	}
}

// TestSynapsesAreCountedFromTheRoundedProbability: 0.1 is a little more than a
// tenth in float32, and so 13 of 125.
func TestSynapsesAreCountedFromTheRoundedProbability(t *testing.T) {
	if k := synapses(0.1, 125); k != 13 {
		t.Errorf("%d synapses, want 13", k)
	}
}
