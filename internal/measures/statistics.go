package measures

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// finite returns the values that are numbers.
func finite(values []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(values), func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) })
}

// mean is the mean of the values that are finite; NaN when there are none.
func mean(values []float64) float64 { return stat.Mean(finite(values), nil) }

// median is the middle of the values that are finite, the mean of the middle two when their number is even, NaN when there
// are none.
func median(values []float64) float64 {
	sorted := finite(values)
	slices.Sort(sorted)
	n := len(sorted)
	switch {
	case n == 0:
		return math.NaN()
	case n%2 == 0:
		return sorted[n/2-1]/2 + sorted[n/2]/2
	default:
		return sorted[n/2]
	}
}

// pairs are points, of which only those with finite coordinates count.
type pairs struct {
	x, y []float64
}

func (p *pairs) add(x, y float64) {
	if sum := x + y; !math.IsNaN(sum) && !math.IsInf(sum, 0) {
		p.x, p.y = append(p.x, x), append(p.y, y)
	}
}

// rounding is the spread of values, as a share of their mean, up to which they are constant but for rounding.
const rounding = 1e-13

func (p *pairs) pearson() float64 { return Pearson(p.x, p.y) }

// Pearson is Pearson's correlation of equally many finite values, in [−1, 1]; NaN for fewer than two pairs or where one side is
// constant but for rounding.
func Pearson(x, y []float64) float64 {
	if len(x) < 2 || isConstant(x) || isConstant(y) {
		return math.NaN()
	}
	return min(max(stat.Correlation(x, y, nil), -1), 1)
}

func isConstant(values []float64) bool {
	centre := stat.Mean(values, nil)
	norm := 0.0
	for _, v := range values {
		norm = math.Hypot(norm, v-centre)
	}
	return norm <= rounding*math.Abs(centre)
}
