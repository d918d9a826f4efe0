package stopping

import (
	"slices"

	"eisweep/sim"
)

// trainingMeasures and perturbMeasures are the columns of tables that [until] may name. The package that computes them depends on
// package sweeps; its tests compare the names.
var (
	trainingMeasures = []string{
		"cc_median", "cc_mean", "cc_insignificant", "osi_e_median", "osi_e_mean", "osi_i_median", "osi_i_mean",
		"wei_sim_r", "wie_sim_r", "wei_wie_r", "wei_change", "wie_change", "steps_min", "steps_mean", "steps_max", "steps_total",
		"angle_ie_median", "angle_ei_median", "rate_e_mean", "rate_e_median", "rate_e_max", "rate_i_mean", "rate_i_median", "rate_i_max",
	}
	perturbMeasures = []string{"rate_e_mean", "rate_e_median", "rate_e_max", "influence_slope", "influence_slope_others"}
)

// Measures lists the measures that results of an experiment can have.
func Measures(e sim.Experiment) []string {
	if e.Trains() {
		return slices.Clone(trainingMeasures)
	}
	return slices.Clone(perturbMeasures)
}

// IsMeasure reports whether the rule names a measure that results of some experiment have.
func (r *Rule) IsMeasure() bool { return isMeasure(r.Measure) }

// isMeasure reports whether there is a measure of that name.
func isMeasure(name string) bool {
	return slices.Contains(trainingMeasures, name) || slices.Contains(perturbMeasures, name)
}
