package quality

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"eisweep/sim"
)

// The shares above which a result is suspect. docs/result-files.md gives the reasons for the values.
const (
	maxUnsettled = 0.01
	maxSaturated = 0
	maxSilent    = 0.2
	maxNaN       = 0.2
	maxEmptyBins = 0.5 // of correlation_mean
)

// Reason is one reason why a result is suspect.
type Reason struct {
	Name       string   `json:"name"`       // one word: unsettled, saturated, silent, nan or stopped
	Text       string   `json:"text"`       // a sentence without its full stop
	Parameters []string `json:"parameters"` // those that usually cause it, the most likely one first
}

// String is the text with the parameters.
func (r Reason) String() string {
	return r.Text + "; usual causes: " + strings.Join(r.Parameters, ", ")
}

// IsSuspect reports whether there are reasons not to trust the result.
func (q *Quality) IsSuspect() bool { return q != nil && len(q.Reasons(sim.Approximate)) > 0 }

// Reasons lists why a result of the experiment is suspect; none if it is sound or nothing is known.
func (q *Quality) Reasons(e sim.Experiment) []Reason {
	if q == nil {
		return nil
	}
	var out []Reason
	add := func(name string, parameters []string, format string, args ...any) {
		out = append(out, Reason{name, fmt.Sprintf(format, args...), parameters})
	}
	if q.UnsettledTrial > maxUnsettled {
		add("unsettled", settlingCauses(e), "%s of the stimuli did not settle in the last trial, and the network did not learn from them",
			percent(q.UnsettledTrial))
	}
	if q.UnsettledResponses > maxUnsettled {
		what := "stimuli did not settle when the responses were measured"
		if e == sim.Perturb {
			what = "states did not settle, with or without a pushed neuron"
		}
		add("unsettled", settlingCauses(e), "%s of the %s: these rates, and all measures, are of a state that still changed",
			percent(q.UnsettledResponses), what)
	}
	of := ""
	if e == sim.Perturb {
		of = " in the trained network"
	}
	if q.Saturated > maxSaturated {
		add("saturated", []string{"sy.e2e.w_total", "sy.i2e.w_total", "sy.e2i.w_total", "inp.exc.peak_stimulus", "ng.r_max"},
			"%s of the E rates are at their limit ng.r_max%s: inhibition does not balance excitation", percent(q.Saturated), of)
	}
	if q.Silent > maxSilent {
		add("silent", []string{"sy.i2e.w_total", "sy.e2i.w_total", "inp.exc.bg_input", "inp.inh.bg_input"},
			"%s of the E neurons are silent for every stimulus%s", percent(q.Silent), of)
	}
	for _, name := range slices.Sorted(maps.Keys(q.NaN)) {
		q.judgeNaN(name, add)
	}
	if q.StoppedUnsettled {
		add("stopped", append(settlingCauses(e), "numint.do_abort", "pl.convergence_max", "pl.convergence_mean"),
			"the training stopped after %d of %d trials while stimuli did not settle", q.Trials, q.PlannedTrials)
	}
	return out
}

func (q *Quality) judgeNaN(name string, add func(name string, parameters []string, format string, args ...any)) {
	of, limit, causes := "neurons", maxNaN, []string{"sy.i2e.w_total", "sy.e2i.w_total", "inp.exc.bg_input", "inp.inh.bg_input"}
	if name == "correlation_mean" {
		of, limit, causes = "bins", maxEmptyBins, []string{"perturb.n_perturbed", "ng.exc.n_per_axis"}
	}
	if share := q.NaN[name]; share > limit {
		add("nan", causes, "%s is not a number for %s of the %s", name, percent(share), of)
	}
}

// settlingCauses are the parameters that usually keep states from settling.
func settlingCauses(e sim.Experiment) []string {
	if e == sim.Perturb {
		return []string{"perturb.max_dr", "numint.max_steps", "numint.dt"}
	}
	return []string{"sy.e2e.w_total", "numint.max_steps", "numint.max_dr", "numint.dt"}
}

// Names lists the reasons by name, each once.
func Names(reasons []Reason) []string {
	var names []string
	for _, r := range reasons {
		if !slices.Contains(names, r.Name) {
			names = append(names, r.Name)
		}
	}
	return names
}

// percent is a share in percent with two digits, and never 0 or 100 for a share that is not.
func percent(share float64) string {
	switch {
	case share > 0 && share < 0.0001:
		return "less than 0.01 %"
	case share < 1 && share > 0.995:
		return "more than 99 %"
	}
	p, _ := strconv.ParseFloat(strconv.FormatFloat(100*share, 'g', 2, 64), 64)
	return strconv.FormatFloat(p, 'f', -1, 64) + " %"
}
