package sim

import (
	"math"

	"eisweep/sim/internal/kernel"
)

// memoryPart is a group of arrays that grow with the same parameters.
type memoryPart struct {
	names []string // the parameters, the first is the one to blame
	what  string
	bytes float64 // a real: the largest legal sizes are beyond int64
}

// Memory estimates the bytes that running a task takes, including its result but not what its
// spool keeps; math.MaxInt64 if it is more than that.
func Memory(e Experiment, p Parameters) int64 {
	total := -spoolBytes(e, &p)
	for _, part := range memoryParts(e, &p) {
		total += part.bytes
	}
	if total >= math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(total)
}

// spoolBytes returns how many bytes a spool, if there is one, keeps instead of memory.
func spoolBytes(e Experiment, p *Parameters) float64 {
	if e != Perturb {
		return 0
	}
	return 4 * float64(p.Perturb.NPerturbed) * float64(p.NStimuli()) * float64(p.NE())
}

func memoryParts(e Experiment, p *Parameters) []memoryPart {
	nE, nI, s3 := float64(p.NE()), float64(p.NI()), float64(p.NStimuli())
	axis, stimuli := "ng.exc.n_per_axis", "inp.n_stimuli"
	weights := memoryPart{[]string{axis}, "weights and their ranking", 40*nE*nE + 60*nE*nI + 8*nI*nI}
	beside := memoryPart{[]string{axis}, "states that settle side by side", 4*kernel.Lanes*(4*nE+3*nI) + 4*maxAhead*(nE+nI)}
	if e == Perturb {
		return []memoryPart{weights, beside,
			{[]string{stimuli, axis}, "responses and rate changes at hand", 3 * 4 * s3 * nE},
			{[]string{"perturb.n_perturbed", stimuli, axis}, "rate changes", spoolBytes(e, p)}}
	}
	trials, phases := float64(p.Numint.NTrials), float64(p.Numint.NTrials)/max(1, float64(p.Numint.EveryN))
	if p.Pl.IsPlastic == Neither {
		trials, phases = 0, 0
	}
	history := min(trials, float64(p.Numint.EveryN), historyLength)
	return []memoryPart{weights, beside,
		{[]string{stimuli, axis}, "responses, inputs and their measures", s3 * (4*(4*nE+nI) + 8*(nE+nI))},
		{[]string{stimuli, axis}, "the inhibitory input of the last trials", 4 * history * s3 * nE},
		{[]string{"numint.n_trials", stimuli}, "the records of all trials", trials * s3 * (4 + 32 + 8)},
		{[]string{"numint.every_n", axis}, "the correlations of all phases", 16 * (phases + 1) * nE * nE},
		{[]string{"numint.max_steps", axis}, "the recording of the last response", 8 * float64(p.Numint.MaxSteps) * (nE + nI)}}
}
