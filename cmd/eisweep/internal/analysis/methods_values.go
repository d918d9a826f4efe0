package analysis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/sim"
)

// values lists the values that a parameter has, each once; in ascending order if they are numbers.
func (m *methodsText) values(name string) []sim.Value {
	var out []sim.Value
	for i := range m.found {
		if v, ok := m.found[i].parameter(name); ok && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, func(a, b sim.Value) int { return cmp.Compare(number(a), number(b)) })
	return out
}

// number is the value of a number, and 0 for a word.
func number(v sim.Value) float64 {
	switch x := v.Any().(type) {
	case int:
		return float64(x)
	case float64:
		return x
	}
	return 0
}

// mostListed is how many values of a parameter are listed; of more, only the number and the range are given.
const mostListed = 12

// valuesText formats the values of a parameter with its unit.
func (m *methodsText) valuesText(name string) string {
	unit := ""
	if p, err := sim.Lookup(strings.TrimPrefix(name, "source.")); err == nil && p.Unit != "trials" && p.Unit != "neurons" {
		unit = p.Unit
	}
	return listed(m.values(name), unit)
}

func listed(values []sim.Value, unit string) string {
	if len(values) == 0 {
		return "an unknown number of"
	}
	if last := len(values) - 1; last >= mostListed {
		return fmt.Sprintf("%d values from %s to %s", len(values), values[0], withUnit(values[last].String(), unit))
	}
	var texts []string
	for _, v := range values {
		texts = append(texts, v.String())
	}
	return withUnit(cli.Enumerate(texts), unit)
}

// derivedText formats what follows from each value of an integer parameter.
func (m *methodsText) derivedText(name string, of func(int) int) string {
	var out []sim.Value
	for _, v := range m.values(name) {
		if n, ok := v.Any().(int); ok {
			out = append(out, sim.IntegerValue(of(n)))
		}
	}
	return listed(out, "")
}

func withUnit(value, unit string) string {
	if unit == "" {
		return value
	}
	return value + " " + unit
}

func cube(n int) int       { return n * n * n }
func excitatory(n int) int { return cube(n) }
func inhibitory(n int) int { return cube(n) / 8 }
