package estimate

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// neighbours is how many measured points stand for one that was not measured.
const neighbours = 3

// guess is what is expected at a point.
type guess struct {
	Observation
	deviation float64 // relative, of the time of a stimulus
}

// near returns what was measured at a point, else at the points of its kind that are nearest, else at another kind, by the size of
// the network. It is not ok if nothing was measured.
func (m *Measured) near(s *share) (guess, bool) {
	if o := m.Points[s.point]; o != nil {
		return guess{*o, 0}, true
	}
	type candidate struct {
		*Observation
		kind     kind
		distance float64
	}
	var same, other []candidate
	for p, o := range m.Points {
		c := candidate{o, p.kind(), s.point.distance(&p)}
		if c.kind == s.kind {
			same = append(same, c)
		} else if o.Training.Seen > 0 || s.total.trained == 0 {
			other = append(other, c)
		}
	}
	found, deviation := same, ofPoint
	if len(found) == 0 {
		found, deviation = other, math.Ln2
	}
	if len(found) == 0 {
		return guess{}, false
	}
	slices.SortFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.Steps, b.Steps))
	})
	found = found[:min(len(found), neighbours)]
	var list []*Observation
	var weights, costs []float64
	for _, c := range found {
		ratio := float64(s.kind.nPerAxis) / float64(c.kind.nPerAxis)
		o := c.Observation.scaled(math.Pow(ratio, 6))
		list, weights = append(list, &o), append(weights, 1/(c.distance*c.distance+1e-6))
		costs = append(costs, math.Log(o.Steps*o.Step+o.Training.Steps*o.Training.Step+o.Training.Learn))
	}
	return guess{mean(list, weights), math.Hypot(deviation, spreadOf(costs))}, true
}

// spreadOf is the standard deviation of a few numbers; 0 of one.
func spreadOf(x []float64) float64 {
	if len(x) < 2 {
		return 0
	}
	return stat.StdDev(x, nil)
}
