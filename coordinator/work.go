package coordinator

import (
	"eisweep/sim"
	"eisweep/sweeps"
)

// work is how much of a sweep's computing is done, in settlings weighted by what
// one costs.
type work struct {
	done, total float64
}

func (w *work) add(t *sweeps.Task)    { w.total += cost(t) }
func (w *work) settle(t *sweeps.Task) { w.done += cost(t) }
func (w *work) reopen(t *sweeps.Task) { w.done -= cost(t) }

// cost estimates what a task takes, relative to others: the number of settlings
// times the synapses that an Euler step goes through.
func cost(t *sweeps.Task) float64 {
	return float64(sim.Settlings(t.Experiment, &t.Parameters)) * costOfSettling(&t.Parameters)
}

func costOfSettling(p *sim.Parameters) float64 {
	e, i := float64(p.NE()), float64(p.NI())
	return e*e + 2*e*i + i*i + 1000
}
