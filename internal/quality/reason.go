package quality

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"eisweep/sim"
)

// Reason is one reason why a result is suspect.
type Reason struct {
	Name       string   `json:"name"`       // as in Verdict.Names
	Text       string   `json:"text"`       // a sentence without its full stop
	Parameters []string `json:"parameters"` // those that usually cause it, the most likely one first
}

// String is the text with the parameters.
func (r Reason) String() string {
	return r.Text + "; usual causes: " + strings.Join(r.Parameters, ", ")
}

// Reasons explains the verdict on a result of the experiment, with a reason for each share or count that is too large. It
// returns none if the result is sound or its quality is unknown.
func (q *Quality) Reasons(e sim.Experiment) []Reason {
	if q == nil {
		return nil
	}
	out := q.settlingReasons(e)
	of := ""
	if e == sim.Perturb {
		of = " in the trained network"
	}
	if q.Saturated > maxSaturated {
		out = append(out, newReason(Saturated, saturationCauses,
			"%s of the E rates are at their limit, ng.r_max%s: inhibition does not balance excitation", percent(q.Saturated), of))
	}
	if q.Silent > maxSilent {
		out = append(out, newReason(Silent, silenceCauses, "%s of the E neurons are silent for every stimulus%s", percent(q.Silent), of))
	}
	for _, name := range slices.Sorted(maps.Keys(q.NaN)) {
		share := q.NaN[name]
		switch {
		case share <= nanLimit(name):
		case name == "correlation_mean" && share == 1:
			out = append(out, newReason(NotNumbers, saturationCauses,
				"no neuron has a correlation with a pushed neuron: their rates%s are the same for all stimuli", of))
		case name == "correlation_mean":
			out = append(out, newReason(NotNumbers, emptyBinCauses, "%s of the bins of correlation_mean are empty", percent(share)))
		default:
			out = append(out, newReason(NotNumbers, nanCauses(name), "%s is not a number for %s of the neurons: %s", name, percent(share),
				nanMeaning(name)))
		}
	}
	return out
}

// settlingReasons are the reasons about states that did not settle.
func (q *Quality) settlingReasons(e sim.Experiment) (out []Reason) {
	causes := []string{"sy.e2e.w_total", "numint.max_steps", "numint.max_dr", "numint.dt"}
	if q.UnsettledTrial > maxUnsettled {
		out = append(out, newReason(Unsettled, causes,
			"%s of the stimuli did not settle in the last trial, and the network did not learn from them", percent(q.UnsettledTrial)))
	}
	what := "stimuli did not settle when the responses were measured"
	if e == sim.Perturb {
		causes[2], what = "perturb.max_dr", "states did not settle, with or without a pushed neuron"
	}
	if q.UnsettledResponses > maxUnsettled {
		out = append(out, newReason(Unsettled, causes,
			"%s of the %s: their rates, and all measures, are of a state that was still changing", percent(q.UnsettledResponses), what))
	}
	if q.StoppedUnsettled {
		causes := append(slices.Clip(causes), "numint.do_abort", "pl.convergence_max", "pl.convergence_mean")
		out = append(out, newReason(Stopped, causes,
			"training stopped early, after %d of %d trials, while stimuli did not settle: the network had not converged",
			q.Trials, q.PlannedTrials))
	}
	return out
}

// The parameters that usually cause a reason, the most likely one first.
var (
	saturationCauses = []string{"sy.e2e.w_total", "sy.i2e.w_total", "sy.e2i.w_total", "inp.exc.peak_stimulus", "ng.r_max"}
	silenceCauses    = []string{"sy.i2e.w_total", "sy.e2i.w_total", "sy.e2e.w_total", "inp.exc.bg_input", "inp.inh.bg_input"}
	emptyBinCauses   = []string{"perturb.n_perturbed", "ng.exc.n_per_axis"}
)

// nanCauses are the parameters that usually make a measure NaN.
func nanCauses(measure string) []string {
	if measure == "cc" {
		return saturationCauses
	}
	return silenceCauses
}

// nanMeaning says what it means that a measure of a neuron is not a number.
func nanMeaning(measure string) string {
	if measure == "cc" {
		return "their excitatory or inhibitory input is the same for all stimuli"
	}
	return "they are silent"
}

func newReason(v Verdict, parameters []string, format string, args ...any) Reason {
	return Reason{v.Names()[0], fmt.Sprintf(format, args...), parameters}
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
