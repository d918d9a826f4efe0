package figures

import (
	"fmt"
	"math"
	"slices"
)

// over is the median of the networks' values for each element of an array, and the quartiles if there are several networks.
// NaN is left out.
func (g *Group) over(name string) (middle, low, high []float64) {
	first := g.Networks[0].Data[name]
	if len(g.Networks) == 1 {
		return first, nil, nil
	}
	middle, low, high = make([]float64, len(first)), make([]float64, len(first)), make([]float64, len(first))
	values := make([]float64, 0, len(g.Networks))
	for i := range first {
		values = values[:0]
		for _, n := range g.Networks {
			values = append(values, n.Data[name][i])
		}
		values = sorted(values)
		low[i], middle[i], high[i] = quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75)
	}
	return middle, low, high
}

// average is the mean of the networks' values for each element of an array, and the mean less and plus its standard error if there
// are several networks. NaN is left out.
func (g *Group) average(name string) (middle, low, high []float64) {
	first := g.Networks[0].Data[name]
	if len(g.Networks) == 1 {
		return first, nil, nil
	}
	for i := range first {
		var m moments
		for _, n := range g.Networks {
			if v := n.Data[name][i]; !math.IsNaN(v) {
				m.add(v)
			}
		}
		middle = append(middle, m.mean())
		low, high = append(low, lessError(m.mean(), m.sem())), append(high, m.mean()+m.sem())
	}
	return middle, low, high
}

// lessError is a mean of counts less its standard error, at least 0. Both are equal where a single network has counts, but for rounding.
func lessError(mean, sem float64) float64 {
	if difference := mean - sem; !(difference < mean*1e-12) {
		return difference
	}
	return 0
}

// sharing refuses networks of a group that differ in an array.
func (g *Group) sharing(name string, remedy string) error {
	first := &g.Networks[0]
	for _, n := range g.Networks {
		if !slices.Equal(n.Data[name], first.Data[name]) {
			return fmt.Errorf("%s and %s cannot share a line: %s", first.Name, n.Name, remedy)
		}
	}
	return nil
}
