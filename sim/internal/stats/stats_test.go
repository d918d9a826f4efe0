package stats

import (
	"math"
	"testing"
)

// TestProfilesOfKnownResponses: one neuron as the next, its opposite, a constant
// and a silent one.
func TestProfilesOfKnownResponses(t *testing.T) {
	responses := []float32{ // 4 stimuli, 5 neurons
		1, 2, 4, 7, 0,
		2, 4, 3, 7, 0,
		3, 6, 2, 7, 0,
		4, 8, 1, 7, 0,
	}
	scaled := func(responses []float32, n int, centred bool) [][]float64 {
		p, err := Profiles(t.Context(), responses, n, centred)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	centred := scaled(responses, 5, true)
	c, err := Products(t.Context(), centred, centred)
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
	s, err := Products(t.Context(), plain, scaled([]float32{1, 1, 1, 1}, 1, false))
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
	cc, cp, err := RankCorrelations(t.Context(), exc, inh, 4)
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range [][2]float64{{1, 0}, {-1, 0}, {0.9746794344808963, 0.004818230468198531}, {math.NaN(), 0}} {
		if !(math.Abs(float64(cc[n])-want[0]) < 1e-6) && !(cc[n] != cc[n] && math.IsNaN(want[0])) || math.Abs(float64(cp[n])-want[1]) > 1e-7 {
			t.Errorf("neuron %d: cc %v, cp %v, want %v", n, cc[n], cp[n], want)
		}
	}
}
