package workload

import (
	"eisweep/sim"
	"eisweep/sweeps"
)

// Cost estimates what a task takes, relative to others: the number of settlings times the synapses that an Euler step
// goes through.
func Cost(t *sweeps.Task) float64 {
	e, i := float64(t.Parameters.NE()), float64(t.Parameters.NI())
	return float64(sim.SettleCount(t.Experiment, &t.Parameters)) * (e*e + 2*e*i + i*i + 1000)
}
