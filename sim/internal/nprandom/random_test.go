package nprandom

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// TestRandomStateIsNumPys holds the generator against what NumPy drew
// (testdata/randomstate.py): doubles and orders to the bit, what a logarithm enters
// into to its last bits.
func TestRandomStateIsNumPys(t *testing.T) {
	b, err := os.ReadFile("testdata/randomstate.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Seed                                      uint32
		Double, Gauss, Lognormal, Normal, Uniform []float64
		Shuffle, Big, Choice                      []int
	}
	if err := json.Unmarshal(b, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		r := New(v.Seed)
		drawn(t, "double", v.Double, 0, r.Double)
		drawn(t, "gauss", v.Gauss, 4e-16, r.Gauss)
		order := ascending(100)
		r.Shuffle(order)
		r.Shuffle(order)
		r.Shuffle([]int{0})
		if !slices.Equal(order, v.Shuffle) {
			t.Errorf("seed %d: shuffled to %v, want %v", v.Seed, order, v.Shuffle)
		}
		drawn(t, "lognormal", v.Lognormal, 1e-15, func() float64 { return r.Lognormal(-1.5, 0.65) })
		drawn(t, "normal", v.Normal, 4e-16, func() float64 { return r.Normal(0.2, 0.05) })
		drawn(t, "uniform", v.Uniform, 0, func() float64 { return r.Uniform(1e-12, 2) })
		big := ascending(70_000)
		r.Shuffle(big)
		if !slices.Equal(big[:10], v.Big) {
			t.Errorf("seed %d: 70,000 begin with %v, want %v", v.Seed, big[:10], v.Big)
		}
		chosen := ascending(512)
		New(v.Seed).Shuffle(chosen)
		if !slices.Equal(chosen[:90], v.Choice) {
			t.Errorf("seed %d: chosen %v, want %v", v.Seed, chosen[:90], v.Choice)
		}
	}
}

func drawn(t *testing.T, name string, want []float64, relative float64, draw func() float64) {
	t.Helper()
	for n, w := range want {
		if got := draw(); !(math.Abs(got-w) <= relative*math.Abs(w)) {
			t.Errorf("%s %d = %v, want %v", name, n, got, w)
		}
	}
}

func TestSavedGeneratorGoesOn(t *testing.T) {
	r := New(5)
	for range 700 {
		r.Double()
	}
	saved, err := r.Save()
	if err != nil {
		t.Fatal(err)
	}
	other := New(6)
	if err := other.Restore(saved); err != nil {
		t.Fatal(err)
	}
	for n := range 2000 {
		if a, b := r.mt.Uint32(), other.mt.Uint32(); a != b {
			t.Fatalf("output %d: %d and %d", n, a, b)
		}
	}
}

// ascending is 0, 1, … n−1.
func ascending(n int) []int {
	x := make([]int, n)
	for i := range x {
		x[i] = i
	}
	return x
}
