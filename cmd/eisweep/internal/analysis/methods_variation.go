package analysis

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
)

// variation says which parameters and seeds vary.
func (m *methodsText) variation() []string {
	var varied, names []string
	points, seeds := map[string]int{}, []uint32{} // points with their numbers of results
	for i := range m.found {
		r := &m.found[i]
		points[fmt.Sprint(r.Varying)]++
		if r.Seed != nil {
			seeds = append(seeds, *r.Seed)
		}
		for _, s := range r.Varying {
			if !slices.Contains(names, s.Name) {
				names = append(names, s.Name)
			}
		}
	}
	for _, name := range names {
		if len(m.values(name)) > 1 {
			varied = append(varied, name+" ("+m.valuesText(name)+")")
		}
	}
	slices.Sort(seeds)
	seeds = slices.Compact(seeds)
	networks := fmt.Sprintf("with %s (%s)", cli.Count(len(seeds), "random seed"), cli.SeedsText(seeds))
	how := m.drawing() + m.stopping()
	if fewest := slices.Min(slices.Collect(maps.Values(points))); m.stopping() != "" && fewest < len(seeds) {
		networks = fmt.Sprintf("with %d to %s (%s)", fewest, cli.Count(len(seeds), "random seed"), cli.SeedsText(seeds))
	}
	total := cli.Count(len(m.found), "simulation")
	if len(varied) == 0 {
		return []string{fmt.Sprintf("No parameter varied; we ran %s, %s.%s", total, networks, how)}
	}
	return []string{fmt.Sprintf("We varied %s, in %s, each %s: %s in total.%s", strings.Join(varied, ", "),
		cli.Count(len(points), "combination"), networks, total, how)}
}

// drawing says how the points of a [sample] were drawn; "" if there is none.
func (m *methodsText) drawing() string {
	if m.sweep == nil {
		return ""
	}
	sample, ok := m.sweep.Sample()
	if !ok {
		return ""
	}
	return fmt.Sprintf(" The values of %s were drawn by the method %q.", cli.Enumerate(sample.Parameters), sample.Method)
}

// stopping says when seeds were no longer added by [until]; "" if there is none.
func (m *methodsText) stopping() string {
	if m.sweep == nil {
		return ""
	}
	u, ok := m.sweep.Until()
	if !ok {
		return ""
	}
	return fmt.Sprintf(" Each combination got at least %s; then seeds were added until half of the width of the %g %% confidence interval "+
		"(Student) of the mean of %s was at most %g, or until there were %d seeds.", cli.Count(u.Min, "seed"), 100*u.Level, u.Measure,
		u.HalfWidth, u.Max)
}
