package analysis

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/sim"
	"eisweep/sweeps"
)

// methodsText is a methods paragraph: what was simulated, what varied, what was fixed, what became of it, and how to identify it.
type methodsText struct {
	found    []Result      // tasks of one sweep
	sweep    *sweeps.Sweep // nil if its file is not known
	manifest string        // SHA-256 of its manifest, hex
	drops    bool          // suspect results are not part of the analysis
}

func (m *methodsText) String() string {
	sentences := slices.Concat(m.model(), m.variation(), m.fixed(), m.outcome(), m.identity())
	return strings.Join(sentences, " ")
}

// model says what one task simulates.
func (m *methodsText) model() []string {
	out := []string{
		fmt.Sprintf("We simulated the rate network of Mackwood et al. (%s) with eisweep, %s (%s).", cli.PaperReference,
			m.versions(), m.modelVersions()),
		fmt.Sprintf("The networks had %s excitatory and %s inhibitory neurons, and %s stimuli.", m.derivedText("ng.exc.n_per_axis", excitatory),
			m.derivedText("ng.exc.n_per_axis", inhibitory), m.derivedText("inp.n_stimuli", cube)),
	}
	if m.found[0].Experiment == sim.Perturb {
		return append(out, fmt.Sprintf("In %s, single excitatory neurons (%s of each network) received an extra input of %s, one at a time, "+
			"and the change of all excitatory rates was measured.", sourceText(m.sweep), m.valuesText("perturb.n_perturbed"),
			m.valuesText("perturb.size")))
	}
	trained := fmt.Sprintf("They were trained with %s for %s trials; each trial showed every stimulus once", m.rules(),
		m.valuesText("numint.n_trials"))
	if slices.Contains(m.values("pl.is_plastic"), sim.ChoiceValue("NEITHER")) {
		trained += "; networks with pl.is_plastic = NEITHER were not trained"
	}
	return append(out, trained+".")
}

// sourceText names what a PERTURB sweep starts from.
func sourceText(s *sweeps.Sweep) string {
	switch {
	case s == nil || s.SourceName() == "":
		return "the trained networks that its results name"
	case s.SourceIsPath():
		return "the trained networks of " + s.SourceName()
	}
	return "the trained networks of the sweep " + s.SourceName()
}

// rules names the learning rules.
func (m *methodsText) rules() string {
	ie, ei := m.valuesText("pl.plasticity_type_ie"), m.valuesText("pl.plasticity_type_ei")
	switch {
	case ie == "APPROXIMATE" && ei == ie:
		return "the local approximation of the gradient"
	case ie == "GRADIENT" && ei == ie:
		return "the exact gradient (Adam)"
	}
	return fmt.Sprintf("the rules %s (E→I, pl.plasticity_type_ie) and %s (I→E, pl.plasticity_type_ei)", ie, ei)
}

// versions lists the versions of the program that computed the results.
func (m *methodsText) versions() string {
	per := m.per(func(r *Result) string { return cli.OneLine(r.Line.Version) })
	if len(per) > 1 {
		return "versions " + counted(per)
	}
	return "version " + cmp.Or(strings.Join(slices.Collect(maps.Keys(per)), ""), "unknown")
}

// modelVersions lists the versions of the model's numbers that results have.
func (m *methodsText) modelVersions() string {
	versions := m.per(func(r *Result) string { return fmt.Sprint(r.Line.ModelVersion) })
	return "model version " + cmp.Or(strings.Join(slices.Sorted(maps.Keys(versions)), " and "), strconv.Itoa(sim.ModelVersion))
}

// per counts results by something that their lines say.
func (m *methodsText) per(what func(*Result) string) map[string]int {
	out := map[string]int{}
	for i := range m.found {
		if r := &m.found[i]; r.Path != "" && r.Line != nil {
			out[what(r)]++
		}
	}
	return out
}

// stated are the parameters of which the first sentences have the values.
var stated = []string{"ng.exc.n_per_axis", "inp.n_stimuli", "numint.n_trials", "numint.every_n", "perturb.n_perturbed", "perturb.size"}

// fixed says which parameters have one value that is not their default.
func (m *methodsText) fixed() []string {
	var set []string
	defaults := sim.Defaults(m.found[0].Experiment)
	for _, p := range sim.Table() {
		values := m.values(p.Name)
		if slices.Contains(stated, p.Name) || len(values) != 1 || !p.ReadBy(m.found[0].Experiment) {
			continue
		}
		if usual := p.Get(&defaults); values[0] != usual {
			set = append(set, fmt.Sprintf("%s = %s (default %s)", p.Name, withUnit(values[0].String(), p.Unit), usual))
		}
	}
	const rest = "all other parameters had the defaults of eisweep's table of parameters, which are the published values."
	if len(set) == 0 {
		return []string{"A" + rest[1:]}
	}
	return []string{"We set " + strings.Join(set, ", ") + "; " + rest}
}

// outcome says how many results there are, and what was done with those that are suspect.
func (m *methodsText) outcome() []string {
	states, sound, suspects, unknown, reasons := countStates(m.found), 0, 0, 0, map[string]int{}
	for i := range m.found {
		r := &m.found[i]
		switch r.judgement() {
		case suspect:
			suspects++
			for _, name := range r.Quality.Verdict().Names() {
				reasons[name]++
			}
		case "sound":
			sound++
		default:
			if r.Path != "" {
				unknown++
			}
		}
	}
	have := sound + suspects + unknown
	out := fmt.Sprintf("%d of the %s gave results", have, cli.Count(len(m.found), "simulation"))
	if have == len(m.found) {
		out = "All simulations gave results"
	}
	delete(states, "done")
	for _, state := range slices.Sorted(maps.Keys(states)) {
		out += fmt.Sprintf("; %d %s %s", states[state], cli.Plural(states[state], "is", "are"), state)
	}
	if have == 0 {
		return []string{out + "."}
	}
	return []string{out + ".", m.suspectsText(suspects, reasons)}
}

// suspectsText says how many results are suspect, for which reasons, and whether the analysis includes them.
func (m *methodsText) suspectsText(suspects int, reasons map[string]int) string {
	if suspects == 0 {
		return "By the quality criteria of eisweep, none of the results is suspect."
	}
	var why []string
	for _, name := range slices.Sorted(maps.Keys(reasons)) {
		why = append(why, fmt.Sprintf("%s: %d", name, reasons[name]))
	}
	return fmt.Sprintf("By the quality criteria of eisweep, %d of the results %s suspect (%s); the analysis %s.",
		suspects, cli.Plural(suspects, "is", "are"), strings.Join(why, ", "), m.decision(suspects))
}

func (m *methodsText) decision(suspects int) string {
	them := cli.Plural(suspects, "it", "them")
	if m.drops {
		return "leaves " + them + " out"
	}
	return "includes " + them
}

// identity says which files these are, and that they can be reproduced.
func (m *methodsText) identity() []string {
	return []string{fmt.Sprintf("The results of this sweep (%s) have the digest %s, and its manifest has the SHA-256 %s; the same sweep "+
		"file gives the same bits with any number of cores and machines.", m.found[0].Sweep, digestOf(m.found), m.manifest)}
}
