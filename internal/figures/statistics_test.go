package figures

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
)

// The highest value is in the last bin, whatever the rounding of the edges.
func TestBinsCountEveryValueUpToTheHighest(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		highest := float64(float32(random.Float64() * 100))
		edges := evenly(0, highest, settlingBins)
		if n := floats.Sum(counts(edges, []float64{0, highest / 3, highest})); n != 3 || edges[settlingBins] != highest {
			t.Fatalf("of 3 values up to %v, the bins contain %v; the last edge is %v", highest, n, edges[settlingBins])
		}
	}
}

// A bin in which one network of several has counts: the mean is the standard error, and rounding must not leave a tiny number between
// them, which would stretch a logarithmic axis by 15 decades.
func TestBandsOfCountsBeginAtZero(t *testing.T) {
	for n := 2; n < 20; n++ {
		for count := 1.0; count < 50; count++ {
			g := Group{Networks: make([]Network, n)}
			for i := range g.Networks {
				g.Networks[i].Data = Data{"counts": {0, 2}}
			}
			g.Networks[n/2].Data = Data{"counts": {count, 2}}
			if _, low, _ := g.average("counts"); !slices.Equal(low, []float64{0, 2}) {
				t.Fatalf("%d networks, one with %v: the band begins at %v, want 0 and 2", n, count, low)
			}
		}
	}
}
