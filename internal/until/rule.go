package until

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Rule says when a point has enough seeds.
type Rule struct {
	HalfWidth float64 // of the confidence interval of the mean, in the unit of the measure; > 0
	Level     float64 // of confidence, between 0 and 1
	Min, Max  int     // seeds, 2 ≤ Min ≤ Max
}

// Reason is why a point has as many seeds as it has.
type Reason string

// The reasons.
const (
	Undecided Reason = "undecided" // some of the seeds are not settled
	Narrow    Reason = "narrow"    // the interval is narrow enough
	Limit     Reason = "limit"     // the interval is too wide after all seeds
)

// Seed is the state of a seed.
type Seed struct {
	Settled bool    // its task is done or failed
	Value   float64 // the measure of its result; NaN if it has none, or the task failed
}

// Decision says how many seeds a point needs, as far as that is known.
type Decision struct {
	Seeds     int // the point needs its first so many seeds, or more if the reason is Undecided
	Reason    Reason
	Values    int     // of the seeds that the interval was computed from
	HalfWidth float64 // of the last interval that could be computed; NaN if there was none
}

// Decide decides from the states of the seeds; seed(i) is that of the seed with place i in the order of the sweep, from 0. Decide looks
// at the first Min seeds. While the interval of their values is too wide, it adds a quarter more seeds, at least one, up to Max. It
// decides nothing before all seeds that it looks at are settled. A seed without a finite value counts as a seed, but is not part of the
// interval.
func (r Rule) Decide(seed func(i int) Seed) Decision {
	d := Decision{Reason: Undecided, HalfWidth: math.NaN()}
	var values []float64
	for next := min(r.Min, r.Max); ; next = min(next+max(1, next/4), r.Max) {
		for i := d.Seeds; i < next; i++ {
			s := seed(i)
			if !s.Settled {
				d.Seeds = next
				return d
			}
			if !math.IsNaN(s.Value) && !math.IsInf(s.Value, 0) {
				values = append(values, s.Value)
			}
		}
		d.Seeds, d.Values, d.HalfWidth = next, len(values), r.halfWidth(values)
		switch {
		case d.HalfWidth <= r.HalfWidth:
			d.Reason = Narrow
			return d
		case d.Seeds >= r.Max:
			d.Reason = Limit
			return d
		}
	}
}

// halfWidth is half the width of Student's confidence interval of the mean of finite values; NaN for fewer than two.
func (r Rule) halfWidth(values []float64) float64 {
	n := float64(len(values))
	if n < 2 {
		return math.NaN()
	}
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile((1+r.Level)/2) * stat.StdDev(values, nil) / math.Sqrt(n)
}
