package measures

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestMedian(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{nil, nan}, {[]float64{nan, inf, -inf}, nan}, {[]float64{3}, 3}, {[]float64{4, 1, nan, 2}, 2}, {[]float64{4, inf, 1, 3, 2}, 2.5},
	} {
		if got := median(c.values); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("median of %v is %v, want %v", c.values, got, c.want)
		}
	}
}

// The selection finds the median that sorting finds, of either sign and with equal values.
func TestSelectionIsMedian(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 1; n < 200; n++ {
		values := make([]float64, n)
		for i := range values {
			switch r.IntN(4) {
			case 0:
				values[i] = 0
			case 1:
				values[i] = float64(float32(r.NormFloat64()))
			case 2:
				values[i] = float64(r.IntN(3))
			default:
				values[i] = float64(float32(math.Exp(20 * r.NormFloat64())))
			}
		}
		var s selection
		for _, x := range values {
			s.countFirst(x)
		}
		s.locate(n)
		for _, x := range slices.Backward(values) {
			s.countAgain(x)
		}
		if got, want := s.median(), median(values); math.Abs(got-want) > 1e-15*math.Abs(want) {
			t.Errorf("median of %v is %v, want %v", values, got, want)
		}
	}
}

func TestPearsonNeedsTwoPairsThatDiffer(t *testing.T) {
	var p pairs
	p.add(math.NaN(), 1)
	p.add(1, math.Inf(1))
	p.add(1, 2)
	if got := p.pearson(); !math.IsNaN(got) {
		t.Errorf("of one pair: %v", got)
	}
	p.add(1, 3)
	if got := p.pearson(); !math.IsNaN(got) {
		t.Errorf("of a constant: %v", got)
	}
	if got := Pearson([]float64{0.1 + 0.2, 0.3, 0.3}, []float64{1, 2, 4}); !math.IsNaN(got) {
		t.Errorf("of a constant but for rounding: %v", got)
	}
	p.add(2, 4)
	if got := p.pearson(); math.Abs(got-math.Sqrt(3)/2) > 1e-15 {
		t.Errorf("of three pairs: %v", got)
	}
}
