package measures

import (
	"errors"
	"math"
	"slices"

	"eisweep/internal/results"
)

// Measure is a number that is computed from a result file.
type Measure struct {
	Name       string // stable: the column of tables
	Unit       string // "1" for a pure number
	Definition string
	Source     string // the arrays that it is computed from
}

// Values are a file's measures in the order of All. A measure that a file doesn't have is NaN.
type Values []float64

// group is measures that are computed from the same arrays.
type group struct {
	measures []Measure
	compute  func(n *network) ([]float64, error) // in the order of measures
}

var groups = slices.Concat(coTuning, selectivity, synapses, training, rates, influence)

// All lists the measures. Later versions may only append to the list.
func All() []Measure {
	var all []Measure
	for _, g := range groups {
		all = append(all, g.measures...)
	}
	return all
}

// network is the file of one network that measures are computed from.
type network struct {
	*results.Reader
	ne, ni int // excitatory and inhibitory neurons

	training *trials // once it was read
}

// compute computes the measures of an open file.
func compute(r *results.Reader) (Values, error) {
	ne := r.Info.NPerAxis * r.Info.NPerAxis * r.Info.NPerAxis
	n := &network{Reader: r, ne: ne, ni: ne / 8}
	var all Values
	for _, g := range groups {
		values, err := g.compute(n)
		if errors.Is(err, results.ErrMissing) {
			values, err = slices.Repeat([]float64{math.NaN()}, len(g.measures)), nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, values...)
	}
	return all, nil
}
