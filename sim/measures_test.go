package sim

import (
	"math"
	"testing"
)

// TestMeasuresOfKnownResponses: one neuron as the next, its opposite, a constant
// and a silent one.
func TestMeasuresOfKnownResponses(t *testing.T) {
	responses := []float32{ // 4 stimuli, 5 neurons
		1, 2, 4, 7, 0,
		2, 4, 3, 7, 0,
		3, 6, 2, 7, 0,
		4, 8, 1, 7, 0,
	}
	scaled := func(responses []float32, n int, centred bool) [][]float64 {
		p, err := profiles(t.Context(), responses, n, centred)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	centred := scaled(responses, 5, true)
	c, err := products(t.Context(), centred, centred)
	if err != nil {
		t.Fatal(err)
	}
	nan := math.NaN()
	matrix(t, "correlations", c, []float64{
		1, 1, -1, nan, nan,
		1, 1, -1, nan, nan,
		-1, -1, 1, nan, nan,
		nan, nan, nan, nan, nan,
		nan, nan, nan, nan, nan,
	})
	plain := scaled(responses, 5, false)
	s, err := products(t.Context(), plain, scaled([]float32{1, 1, 1, 1}, 1, false))
	if err != nil {
		t.Fatal(err)
	}
	oblique := 10 / math.Sqrt(30*4)
	matrix(t, "similarities", s, []float64{oblique, oblique, oblique, 1, nan})
}

func matrix(t *testing.T, name string, got, want []float64) {
	t.Helper()
	for n, w := range want {
		if !(math.Abs(got[n]-w) < 1e-12) && !(math.IsNaN(got[n]) && math.IsNaN(w)) {
			t.Errorf("%s: %v, want %v", name, got, want)
			return
		}
	}
}

// TestRankCorrelation: equal order, opposite order, ties, a constant side. The
// third is scipy.stats.spearmanr([1, 2, 2, 4, 3], [1, 3, 2, 5, 4]).
func TestRankCorrelation(t *testing.T) {
	exc := []float32{ // 5 stimuli, 4 neurons
		1, 1, 1, 5,
		2, 2, 2, 1,
		3, 3, 2, 4,
		4, 4, 4, 2,
		9, 9, 3, 3,
	}
	inh := []float32{
		-5, 5, 1, 6,
		-4, 4, 3, 6,
		0, 3, 2, 6,
		1, 2, 5, 6,
		2, 1, 4, 6,
	}
	cc, cp, err := rankCorrelations(t.Context(), exc, inh, 4)
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range [][2]float64{{1, 0}, {-1, 0}, {0.9746794344808963, 0.004818230468198531}, {math.NaN(), 0}} {
		if !(math.Abs(float64(cc[n])-want[0]) < 1e-6) && !(cc[n] != cc[n] && math.IsNaN(want[0])) || math.Abs(float64(cp[n])-want[1]) > 1e-7 {
			t.Errorf("neuron %d: cc %v, cp %v, want %v", n, cc[n], cp[n], want)
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
