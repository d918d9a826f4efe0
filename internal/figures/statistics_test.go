package figures

import (
	"math/rand/v2"
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
