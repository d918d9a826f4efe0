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
	points := map[string]bool{}
	for i := range m.found {
		points[fmt.Sprint(m.found[i].Varying)] = true
		for _, s := range m.found[i].Varying {
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
	seeds, how, total := m.seedsText(), m.drawing()+m.stopping(), cli.Count(len(m.found), "simulation")
	if len(varied) == 0 {
		return []string{fmt.Sprintf("No parameter varied; we ran %s, %s.%s", total, seeds, how)}
	}
	return []string{fmt.Sprintf("We varied %s, in %s, each %s: %s in total.%s", strings.Join(varied, ", "),
		cli.Count(len(points), "combination"), seeds, total, how)}
}

// seedsText says how many seeds each combination has, or each of its networks if PERTURB repeats the seeds for several.
func (m *methodsText) seedsText() string {
	fewestNetworks, networks := m.networks()
	perNetwork, seeds := map[string]int{}, []uint32{}
	for i := range m.found {
		r := &m.found[i]
		of := fmt.Sprint(r.Varying)
		if r.SourceSeed != nil && networks > 1 {
			of += fmt.Sprint(*r.SourceSeed)
		}
		perNetwork[of]++
		if r.Seed != nil {
			seeds = append(seeds, *r.Seed)
		}
	}
	slices.Sort(seeds)
	seeds = slices.Compact(seeds)
	fewest := len(seeds)
	if m.stopping() != "" {
		fewest = min(fewest, slices.Min(slices.Collect(maps.Values(perNetwork))))
	}
	text := fmt.Sprintf("%s (%s)", span(fewest, len(seeds), "random seed"), cli.SeedsText(seeds))
	if networks > 1 {
		return fmt.Sprintf("with %s, each perturbed with %s", span(fewestNetworks, networks, "network"), text)
	}
	return "with " + text
}

// networks are the smallest and the largest number of networks of a combination that PERTURB starts from with the same seed; 1 for
// training, and if each network has a seed of its own.
func (m *methodsText) networks() (least, most int) {
	perSeed, perPoint := map[string]int{}, map[string]int{}
	for i := range m.found {
		r := &m.found[i]
		point, seed := fmt.Sprint(r.Varying), ""
		if r.Seed != nil {
			seed = fmt.Sprint(*r.Seed)
		}
		perSeed[point+seed]++
		perPoint[point] = max(perPoint[point], perSeed[point+seed])
	}
	counts := slices.Collect(maps.Values(perPoint))
	return slices.Min(counts), slices.Max(counts)
}

// span counts what there are at least, and at most.
func span(least, most int, what string) string {
	if least == most {
		return cli.Count(most, what)
	}
	return fmt.Sprintf("%d to %s", least, cli.Count(most, what))
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
	each := "Each combination"
	if _, networks := m.networks(); networks > 1 {
		each = "Each network"
	}
	return fmt.Sprintf(" %s got at least %s; then seeds were added until half of the width of the %g %% confidence interval "+
		"(Student) of the mean of %s was at most %g, or until there were %d seeds.", each, cli.Count(u.Min, "seed"), 100*u.Level, u.Measure,
		u.HalfWidth, u.Max)
}
