package sim

import (
	"math"
	"testing"
)

func matrix(t *testing.T, name string, got, want []float64) {
	t.Helper()
	for n, w := range want {
		if !(math.Abs(got[n]-w) < 1e-12) && !(math.IsNaN(got[n]) && math.IsNaN(w)) {
			t.Errorf("%s: %v, want %v", name, got, want)
			return
		}
	}
}

// TestOrientation: a neuron that responds along the third axis at one location
// only, one that responds everywhere alike, a silent one.
func TestOrientation(t *testing.T) {
	const s, n = 4, 3
	responses := make([]float32, s*s*s*n)
	for stimulus := range s * s * s {
		at := stimulusAt(stimulus, s)
		if at == [3]int{1, 2, 3} {
			responses[stimulus*n] = 5
		}
		responses[stimulus*n+1] = 2
	}
	osi := orientation(responses, n, s)
	if math.Abs(float64(osi[0])-1) > 1e-6 || osi[1] > 1e-6 || osi[2] == osi[2] {
		t.Errorf("osi %v, want 1, 0, NaN", osi)
	}
}

// TestBinsOfKnownPairs: correlations 0 … 0.9 of ten neurons, one of which has none.
func TestBinsOfKnownPairs(t *testing.T) {
	correlations := make([]float64, 100)
	for n := range 10 {
		correlations[n] = float64(n) / 10
	}
	correlations[9] = math.NaN()
	state := &perturbingState{chosen: []int{0}, change: &rateChanges{size: 20, // two stimuli
		whole: []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9}}}
	b, err := binByCorrelation(t.Context(), state, correlations, 10)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(b.edges[0]+1e-3) > 1e-9 || math.Abs(b.edges[9]-0.801) > 1e-7 || b.leftOut != 2 || b.pairs != 18 {
		t.Errorf("edges %v, %d pairs, %d left out", b.edges, b.pairs, b.leftOut)
	}
	matrix(t, "means", b.mean, []float64{1, 1, 2, 3, 4, 5, 6, 7, 8})
	matrix(t, "errors", b.sem, []float64{1, 0, 0, 0, 0, 0, 0, 0, 0})
	matrix(t, "centres", b.centres()[:1], []float64{(b.edges[0] + b.edges[1]) / 2})
}
