package figures

import (
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"eisweep/internal/measures"
)

// sorted sorts numbers in place, and drops NaN.
func sorted(values []float64) []float64 {
	values = slices.DeleteFunc(values, math.IsNaN)
	slices.Sort(values)
	return values
}

// quantile interpolates linearly between sorted values, as NumPy's percentile does; gonum's LinInterp defines it otherwise. It
// is NaN if there are no values.
func quantile(values []float64, p float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	at := p * float64(len(values)-1)
	i := min(int(at), len(values)-1)
	next := values[min(i+1, len(values)-1)]
	return values[i] + (next-values[i])*(at-float64(i))
}

func median(values []float64) float64 { return quantile(sorted(slices.Clone(values)), 0.5) }

// evenly are n+1 edges of n bins of equal width. The last edge is exactly to, which floats.Span may miss by rounding.
func evenly(from, to float64, n int) []float64 {
	edges := floats.Span(make([]float64, n+1), from, to)
	edges[n] = to
	return edges
}

// logarithmic are n+1 edges of n bins with a constant ratio.
func logarithmic(from, to float64, n int) []float64 {
	edges := floats.Span(make([]float64, n+1), math.Log10(from), math.Log10(to))
	for i, e := range edges {
		edges[i] = math.Pow(10, e)
	}
	return edges
}

// bin is the bin of a value; -1 for NaN and values outside. A bin contains its lower edge; the last one also its upper edge.
func bin(edges []float64, v float64) int {
	last := len(edges) - 1
	if !(v >= edges[0] && v <= edges[last]) {
		return -1
	}
	return min(sort.SearchFloat64s(edges, math.Nextafter(v, math.Inf(1)))-1, last-1)
}

// counts are how many values are in each bin; NaN and values outside are in none.
func counts(edges []float64, values []float64) []float64 {
	n := make([]float64, len(edges)-1)
	for _, v := range values {
		if i := bin(edges, v); i >= 0 {
			n[i]++
		}
	}
	return n
}

// mean leaves out NaN; it is NaN if nothing is left.
func mean(values []float64) float64 {
	sum, n := 0.0, 0
	for _, v := range values {
		if !math.IsNaN(v) {
			sum, n = sum+v, n+1
		}
	}
	return sum / float64(n)
}

// spread are at most most numbers from first to last, evenly spaced and rounded.
func spread(first, last, most int) (chosen []int) {
	n := min(most, last-first+1)
	for i := range n {
		at := first
		if n > 1 {
			at = first + int(math.Round(float64(i)*float64(last-first)/float64(n-1)))
		}
		chosen = append(chosen, at)
	}
	return chosen
}

// fit is the least-squares line through points, and Pearson's r with its two-sided p by Student's t. All but n are NaN if there is
// none.
type fit struct{ n, slope, intercept, r, p float64 }

func fitLine(x, y []float64) fit {
	n := float64(len(x))
	if n < 3 {
		none := math.NaN()
		return fit{n, none, none, none, none}
	}
	intercept, slope := stat.LinearRegression(x, y, nil, false)
	r := measures.Pearson(x, y)
	if math.IsNaN(r) {
		none := math.NaN()
		return fit{n, none, none, none, none}
	}
	t := math.Abs(r) * math.Sqrt((n-2)/max(1-r*r, 0))
	p := 2 * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 2}.Survival(t)
	return fit{n, slope, intercept, r, p}
}

func (f fit) numbers() numbers { return numbers{f.n, f.slope, f.intercept, f.r, f.p} }
