package sweeps

import (
	"slices"

	"eisweep/sim"
)

// grid enumerates the combinations of a sweep's axes, the last axis fastest.
type grid struct {
	axes    []axis
	columns []place // in the order of file names
}

// place is a column with the axis that it belongs to.
type place struct {
	axis int
	column
	lines []string // the line of an id for each value
}

// newGrid prepares the axes of a sweep.
func newGrid(s *Sweep) *grid {
	g := &grid{axes: s.axes}
	for i, a := range s.axes {
		for _, c := range a.columns {
			g.columns = append(g.columns, place{axis: i, column: c, lines: idLines(s.experiment, c)})
		}
	}
	slices.SortStableFunc(g.columns, func(a, b place) int { return sim.Order(a.name) - sim.Order(b.name) })
	return g
}

// idLines returns the line of an id for each value of a column: "" for the default, and for
// parameters that the experiment does not read.
func idLines(e sim.Experiment, c column) []string {
	p, defaults := mustLookup(c.name), sim.Defaults(e)
	lines := make([]string, len(c.values))
	for i, v := range c.values {
		if p.ReadBy(e) && v != p.Get(&defaults) {
			lines[i] = c.name + "=" + v.String() + "\n"
		}
	}
	return lines
}

// size returns the number of combinations, or a number above maxTasks.
func (g *grid) size() int { return combinations(g.axes) }

// combinations returns the number of combinations, or a number above maxTasks.
func combinations(axes []axis) int {
	n := 1
	for _, a := range axes {
		if n *= a.size(); n > maxTasks {
			return n
		}
	}
	return n
}

// each visits every combination as the positions on the axes. It stops and returns false when
// visit does. The slice is reused.
func (g *grid) each(visit func(at []int) bool) bool {
	at := make([]int, len(g.axes))
	for {
		if !visit(at) {
			return false
		}
		i := len(at) - 1
		for ; i >= 0; i-- {
			if at[i]++; at[i] < g.axes[i].size() {
				break
			}
			at[i] = 0
		}
		if i < 0 {
			return true
		}
	}
}

// at returns the combination that each visits after n others.
func (g *grid) at(n int) []int {
	at := make([]int, len(g.axes))
	for i := len(at) - 1; i >= 0; i-- {
		at[i], n = n%g.axes[i].size(), n/g.axes[i].size()
	}
	return at
}

// settings appends the values of a combination, in the order of file names, on the axes that
// vary for it.
func (g *grid) settings(list []sim.Setting, at []int, w *switches) []sim.Setting {
	for _, c := range g.columns {
		if w.vary(c.axis) {
			list = append(list, sim.Setting{Name: c.name, Value: c.values[at[c.axis]]})
		}
	}
	return list
}
