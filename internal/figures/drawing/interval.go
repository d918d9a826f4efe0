package drawing

import (
	"math"

	"gonum.org/v1/plot"
)

// interval is the range of the numbers that it has seen; NaN and infinities are left out.
type interval struct {
	min, max float64
	positive float64 // the smallest number above 0
	shift    float64 // how far layers are drawn beside their numbers, in points
}

func noInterval() interval {
	return interval{math.Inf(1), math.Inf(-1), math.Inf(1), 0}
}

func (r *interval) add(values ...float64) {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		r.min, r.max = min(r.min, v), max(r.max, v)
		if v > 0 {
			r.positive = min(r.positive, v)
		}
	}
}

func (l Line) bounds(x, y *interval) {
	x.shift = max(x.shift, math.Abs(l.Shift))
	x.add(l.X...)
	y.add(l.Y...)
	y.add(l.Low...)
	y.add(l.High...)
}

func (s Steps) bounds(x, y *interval) {
	if s.Sideways {
		x, y = y, x
	}
	x.add(s.Edges...)
	y.add(0)
	y.add(s.Y...)
	y.add(s.Low...)
	y.add(s.High...)
}

func (p Points) bounds(x, y *interval) {
	x.shift = max(x.shift, math.Abs(p.Shift))
	x.add(p.X...)
	y.add(p.Y...)
	y.add(p.Low...)
	y.add(p.High...)
}

func (m Image) bounds(x, y *interval) {
	x.add(m.X.From, m.X.To)
	y.add(m.Y.From, m.Y.To)
}

func (m Mark) bounds(x, y *interval) {
	if m.Horizontal {
		x = y
	}
	x.add(m.At)
}

// headroom lengthens an axis that begins at 0, so that arrows do not cover what is below them.
const headroom = 1.15

func (Fact) bounds(*interval, *interval) {}

// roundingError is the relative difference of numbers that count as equal: twice the spacing of float32.
const roundingError = 2.4e-7

// axisLength is the least length of the horizontal axis of a single panel, in points.
const axisLength = 200

// margin is the part of the interval that an axis extends beyond each of its ends: 4 %, and what layers need that are drawn beside their
// numbers.
func (r *interval) margin() float64 {
	return 0.04 + r.shift/max(axisLength-2*r.shift, 1)
}

// limits is the range of an axis: the given one, or that of the layers with a margin.
func (a *Axis) limits(seen interval) (from, to float64) {
	switch {
	case a.Min != a.Max:
		return a.Min, a.Max
	case len(a.Names) > 0:
		return -0.5, float64(len(a.Names)) - 0.5
	case a.Log && math.IsInf(seen.positive, 1), seen.min > seen.max:
		return 1, 10 // nothing to show
	case a.Log:
		margin := max(math.Pow(seen.max/seen.positive, seen.margin()), 1.1)
		return seen.positive / margin, seen.max * margin
	case seen.max-seen.min <= roundingError*max(math.Abs(seen.min), math.Abs(seen.max)):
		margin := max(math.Abs(seen.min)*0.1, 1e-9)
		return seen.min - margin, seen.max + margin
	}
	margin := (seen.max - seen.min) * seen.margin()
	from, to = seen.min-margin, seen.max+margin
	if seen.min == 0 && seen.shift == 0 {
		from = 0 // counts and rates begin at the axis
	}
	return from, to
}

// logScale is gonum's, except that it puts numbers up to 0 at the lower end, where gonum panics.
type logScale struct{}

func (logScale) Normalize(from, to, v float64) float64 {
	if v <= 0 {
		return 0
	}
	return plot.LogScale{}.Normalize(from, to, v)
}
