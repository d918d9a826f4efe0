package sweeps

import (
	"hash/maphash"
	"math"

	"eisweep/sim"
	"eisweep/sweeps/internal/expression"
)

// sample is how the points of a [sample] were drawn.
type sample struct {
	method string
	seed   uint32
}

// Sample describes the points of a sweep that were drawn by [sample].
type Sample struct {
	Method     string
	Points     int      // without repeated ones
	Parameters []string // that are drawn
	Derived    []string // that are computed from drawn ones
}

// Sample returns the sample of the sweep; false if it has none.
func (s *Sweep) Sample() (Sample, bool) {
	for _, a := range s.axes {
		if a.sample == nil {
			continue
		}
		out := Sample{Method: a.sample.method, Points: a.size()}
		for _, c := range a.columns {
			out.Parameters = append(out.Parameters, c.name)
		}
		out.Derived = s.computedFrom(out.Parameters)
		return out, true
	}
	return Sample{}, false
}

// scaling maps a coordinate of the unit interval to a value of a parameter: of a list, or of a
// range.
type scaling struct {
	parameter *sim.Parameter
	list      []sim.Value
	bounds
}

// value returns the value of a coordinate. Like the values of a range, it is computed without
// operations whose results differ between machines.
func (s *scaling) value(u float64) (sim.Value, error) {
	switch {
	case s.list != nil:
		return s.list[min(int(u*float64(len(s.list))), len(s.list)-1)], nil
	case s.parameter.Kind == sim.Integer:
		return s.parameter.Check(int64(min(math.Floor(s.between(s.to+1, u)), s.to)))
	}
	return s.parameter.Check(min(max(s.between(s.to, u), s.from), s.to))
}

// between returns from + u·(end − from), or from·(end/from)^u.
func (s *scaling) between(end, u float64) float64 {
	if s.log {
		return float64(s.from * expression.Power(end/s.from, u))
	}
	return s.from + float64(u*(end-s.from))
}

// withoutRepeats returns the axis without the positions that repeat an earlier one: integers and
// words have few values, and so has float32.
func (a axis) withoutRepeats() axis {
	if len(a.columns) == 0 {
		return a
	}
	seed, first := maphash.MakeSeed(), make(map[uint64]int, a.size())
	var kept []int
	for i := range a.size() {
		hash := a.hash(seed, i)
		if earlier, ok := first[hash]; ok && a.same(i, earlier) {
			continue
		}
		first[hash] = i
		kept = append(kept, i)
	}
	out := axis{together: a.together, sample: a.sample}
	for _, c := range a.columns {
		values := make([]sim.Value, len(kept))
		for n, i := range kept {
			values[n] = c.values[i]
		}
		out.columns = append(out.columns, column{c.name, values})
	}
	return out
}
