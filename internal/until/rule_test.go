package until

import (
	"math"
	"math/rand/v2"
	"testing"
)

// settled has all seeds settled, with these values.
func settled(values ...float64) func(int) Seed {
	return func(i int) Seed { return Seed{Settled: i < len(values), Value: values[min(i, len(values)-1)]} }
}

func TestDecide(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, x := range map[string]struct {
		rule   Rule
		values []float64 // of the settled seeds
		want   Decision
	}{
		// t(0.975, 2) = 4.302653, sd = 1: 4.302653/√3
		"narrow at once":       {Rule{2.49, 0.95, 3, 9}, []float64{1, 2, 3}, Decision{3, Narrow, 3, 2.484138}},
		"too wide by little":   {Rule{2.48, 0.95, 3, 9}, []float64{1, 2, 3}, Decision{4, Undecided, 3, 2.484138}},
		"another level":        {Rule{1.69, 0.9, 3, 9}, []float64{1, 2, 3}, Decision{3, Narrow, 3, 1.685854}},
		"one settles later":    {Rule{9, 0.95, 3, 9}, []float64{1, 2}, Decision{3, Undecided, 0, nan}},
		"limit":                {Rule{0.1, 0.95, 3, 4}, []float64{1, 2, 3, 4}, Decision{4, Limit, 4, 2.054260}},
		"min is max":           {Rule{0.1, 0.95, 2, 2}, []float64{1, 2}, Decision{2, Limit, 2, 6.353102}},
		"equal values":         {Rule{1e-300, 0.95, 2, 9}, []float64{5, 5}, Decision{2, Narrow, 2, 0}},
		"failed are no values": {Rule{2.49, 0.95, 5, 9}, []float64{nan, 1, 2, inf, 3}, Decision{5, Narrow, 3, 2.484138}},
		"one value only":       {Rule{99, 0.95, 2, 9}, []float64{1, nan}, Decision{3, Undecided, 1, nan}},
		"no values":            {Rule{99, 0.95, 2, 3}, []float64{nan, nan, nan}, Decision{3, Limit, 0, nan}},
		"a quarter more":       {Rule{1e-9, 0.95, 8, 99}, []float64{1, 2, 1, 2, 1, 2, 1, 2}, Decision{10, Undecided, 8, 0.446872}},
	} {
		got := x.rule.Decide(settled(x.values...))
		same := got.HalfWidth == x.want.HalfWidth || math.IsNaN(got.HalfWidth) && math.IsNaN(x.want.HalfWidth) ||
			math.Abs(got.HalfWidth-x.want.HalfWidth) < 1e-6
		if got.HalfWidth = x.want.HalfWidth; !same || got.Seeds != x.want.Seeds || got.Reason != x.want.Reason || got.Values != x.want.Values {
			t.Errorf("%s: the decision is %+v, want %+v", name, x.rule.Decide(settled(x.values...)), x.want)
		}
	}
}

// FuzzDecide lets seeds settle in a random order, a few at a time, as workers do that take only the seeds that are decided. The
// decision must be the one of all seeds in their order.
func FuzzDecide(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(20), 0.5)
	f.Add(uint64(7), uint8(2), uint8(2), 1e-9)
	f.Add(uint64(9), uint8(200), uint8(255), 0.01)
	f.Fuzz(func(t *testing.T, random uint64, least, most uint8, width float64) {
		r := Rule{HalfWidth: width, Level: 0.95, Min: max(2, int(least)), Max: max(2, int(most))}
		if r.Min > r.Max || !(width > 0) || math.IsInf(width, 0) {
			t.Skip()
		}
		draw := rand.New(rand.NewPCG(random, 1))
		values := make([]float64, r.Max)
		for i := range values {
			if values[i] = draw.NormFloat64(); draw.IntN(9) == 0 {
				values[i] = math.NaN()
			}
		}
		want := r.Decide(settled(values...))
		is := make([]bool, r.Max)
		seed := func(i int) Seed { return Seed{is[i], values[i]} }
		d := r.Decide(seed)
		for before := 0; d.Reason == Undecided; d = r.Decide(seed) {
			if d.Seeds < before || d.Seeds > r.Max {
				t.Fatalf("%d seeds after %d", d.Seeds, before)
			}
			before = d.Seeds
			var open []int
			for i := range d.Seeds {
				if !is[i] {
					open = append(open, i)
				}
			}
			if len(open) == 0 {
				t.Fatalf("%+v is undecided with all seeds settled", d)
			}
			is[open[draw.IntN(len(open))]] = true
		}
		if d.Seeds != want.Seeds || d.Reason != want.Reason || d.Values != want.Values {
			t.Errorf("the decision is %+v, want %+v", d, want)
		}
		for i := range is {
			if is[i] != (i < d.Seeds) {
				t.Errorf("seed %d of %d is settled: %v", i, d.Seeds, is[i])
			}
		}
	})
}
