package estimate

import (
	"eisweep/sim"
	"eisweep/sweeps"
)

// counts are the numbers of a task's parts.
type counts struct {
	settled  int64 // stimuli that settle with constant weights
	trained  int64 // stimuli that are trained with
	measured int64 // times that the measures of all responses are computed
	values   int64 // PERTURB: rate changes
	bytes    int64 // of the result, by its shapes
}

func countsOf(t *sweeps.Task) counts {
	p := &t.Parameters
	c := counts{settled: sim.SettleCount(t.Experiment, p), bytes: Bytes(t.Experiment, p)}
	switch {
	case t.Experiment == sim.Perturb:
		c.values = int64(p.Perturb.NPerturbed) * int64(p.NStimuli()) * int64(p.NE())
	case p.Pl.IsPlastic == sim.Neither:
		c.measured = 1
	default:
		c.trained = int64(p.Numint.NTrials) * int64(p.NStimuli())
		c.measured = int64(p.Numint.NTrials/p.Numint.EveryN) + 1
	}
	c.settled -= c.trained
	return c
}

func (c *counts) add(d counts) {
	c.settled, c.trained, c.measured = c.settled+d.settled, c.trained+d.trained, c.measured+d.measured
	c.values, c.bytes = c.values+d.values, c.bytes+d.bytes
}
