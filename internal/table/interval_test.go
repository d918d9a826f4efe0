package table

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// samples are of the sizes and shapes that seeds give.
func samples() [][]float64 {
	random := rand.New(rand.NewPCG(1, 2))
	var out [][]float64
	for _, n := range []int{3, 5, 10, 14, 60} {
		var normal, skewed, shares []float64
		for range n {
			normal = append(normal, 0.4+0.1*random.NormFloat64())
			skewed = append(skewed, math.Exp(2*random.NormFloat64()))
			shares = append(shares, float64(random.IntN(4))/4)
		}
		shares[0], shares[1] = 0, 0.5 // not all equal
		out = append(out, normal, skewed, shares)
	}
	return append(out, []float64{1e6, 1e6 + 1e-3, 1e6 - 2e-3, 1e6 + 3e-3})
}

// near reports whether two numbers agree to 1e-9 relative to the size of what they were computed from.
func near(got, want, size float64) bool {
	return math.Abs(got-want) <= 1e-9*math.Max(size, math.Abs(want))
}

func TestSummariesAreScipys(t *testing.T) {
	input, err := json.Marshal(samples())
	if err != nil {
		t.Fatal(err)
	}
	var want []struct {
		N                  int
		Mean, SD           float64
		Student, Bootstrap [2]float64
	}
	if err := json.Unmarshal(python(t, input, "testdata/summaries.py"), &want); err != nil {
		t.Fatal(err)
	}
	for i, x := range samples() {
		got, w := Summarize(x), want[i]
		size := math.Abs(w.Mean) + w.SD
		if got.N != w.N || !near(got.Mean, w.Mean, size) || !near(got.SD, w.SD, size) || !near(got.Student.Low, w.Student[0], size) ||
			!near(got.Student.High, w.Student[1], size) {
			t.Errorf("sample %d: %+v, scipy has %+v", i, got, w)
		}
		// A bootstrap is random: an end has a standard error of some 2 % of the interval's half, of a skewed sample more, and is
		// one of few values for a discrete sample.
		tolerance := 0.06 * (w.Bootstrap[1] - w.Bootstrap[0])
		if math.Abs(got.Bootstrap.Low-w.Bootstrap[0]) > tolerance || math.Abs(got.Bootstrap.High-w.Bootstrap[1]) > tolerance {
			t.Errorf("sample %d, of %d: bootstrap %v, scipy has %v", i, len(x), got.Bootstrap, w.Bootstrap)
		}
	}
}

func TestSummariesDoNotDependOnTheOrder(t *testing.T) {
	for _, x := range samples() {
		want := Summarize(x)
		y := slices.Clone(x)
		rand.New(rand.NewPCG(3, 4)).Shuffle(len(y), func(i, j int) { y[i], y[j] = y[j], y[i] })
		if got := Summarize(y); got != want {
			t.Errorf("%v: %+v, in another order %+v", x, want, got)
		}
	}
}

// The ends of an interval are on record: another version or processor must draw the same resamples.
func TestTheBootstrapIsTheSameEverywhere(t *testing.T) {
	got := Summarize([]float64{0.31, 0.52, 0.44, 0.38, 0.61, 0.47}).Bootstrap
	want := Interval{0.38, 0.535}
	if !near(got.Low, want.Low, 1) || !near(got.High, want.High, 1) {
		t.Errorf("bootstrap %.17g %.17g, on record %v", got.Low, got.High, want)
	}
}

func TestSummariesOfFewValues(t *testing.T) {
	nan := math.NaN()
	if s := Summarize([]float64{nan, nan}); s.N != 0 || !math.IsNaN(s.Mean) || !math.IsNaN(s.SD) || !math.IsNaN(s.Student.Low) {
		t.Errorf("of no numbers: %+v", s)
	}
	if s := Summarize([]float64{nan, 2}); s.N != 1 || s.Mean != 2 || !math.IsNaN(s.SD) || !math.IsNaN(s.Bootstrap.High) {
		t.Errorf("of one number: %+v", s)
	}
	equal := Interval{0.25, 0.25}
	if s := Summarize([]float64{0.25, nan, 0.25, 0.25}); s.N != 3 || s.SD != 0 || s.Student != equal || s.Bootstrap != equal {
		t.Errorf("of equal numbers: %+v", s)
	}
	if s := Summarize([]float64{1, 2, math.Inf(1)}); !math.IsInf(s.Mean, 1) || !math.IsNaN(s.Bootstrap.Low) {
		t.Errorf("with an infinite number: %+v", s)
	}
}

func TestOrderStatistics(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for n := 1; n < 60; n++ {
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(random.IntN(1 + n/2)) // with ties
		}
		sorted := slices.Sorted(slices.Values(x))
		for k := range n {
			y := slices.Clone(x)
			if got := orderStatistic(y, k); got != sorted[k] || y[k] != got || slices.Max(y[:k+1]) != got || slices.Min(y[k:]) != got {
				t.Fatalf("%v: order statistic %d is %v in %v, want %v", x, k, got, y, sorted[k])
			}
		}
	}
}
