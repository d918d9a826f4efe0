package quality

import (
	"math"

	"eisweep/sim"
)

// Quality is what decides whether a result can be trusted. Shares are between 0 and 1.
type Quality struct {
	// UnsettledTrial is the share of the stimuli shown in the last trial of the training that did not settle; 0 without a
	// training.
	UnsettledTrial float64 `json:"unsettled_trial"`
	// UnsettledResponses is the share of the stimuli that did not settle when the responses were last measured; PERTURB: of
	// all states, of the network as it is and with each neuron pushed.
	UnsettledResponses float64 `json:"unsettled_responses"`
	// Saturated is the share of the E neurons' rates, over neurons and stimuli, that are at least 0.99 ng.r_max.
	Saturated float64 `json:"saturated"`
	// Silent is the share of the E neurons whose rate is 0 for every stimulus.
	Silent float64 `json:"silent"`
	// NaN names the measures with values that are not numbers, and which share of their values are none: cc, osi_e and osi_i,
	// over neurons; PERTURB: correlation_mean, over bins.
	NaN map[string]float64 `json:"nan,omitempty"`
	// Trials is how many trials were trained to their end, PlannedTrials how many the task may take; 0 without a training.
	Trials        int `json:"trials"`
	PlannedTrials int `json:"planned_trials"`
	// StoppedUnsettled reports that a phase ended before its last trial although stimuli did not settle in the last trial
	// that it had.
	StoppedUnsettled bool `json:"stopped_unsettled,omitempty"`
}

// saturation is the part of ng.r_max from which on a rate counts as saturated.
const saturation = 0.99

// Of returns the quality of a result; nil if its log does not say which states settled, as in PERTURB results of the
// published program. Of a training it reads Trials, StepsToConverge, ResponsesExc, CC, OsiE and OsiI; of a PERTURB,
// ResponsesExc and CorrelationMean; of the task, its experiment and parameters.
func Of(r *sim.Result) *Quality {
	settling, ok := sim.ReadSettling(r.Log)
	if !ok {
		settling, ok = readPublished(r.Log)
	}
	if !ok {
		return nil
	}
	p := &r.Task.Parameters
	q := &Quality{NaN: map[string]float64{}}
	switch {
	case r.Training != nil:
		q.UnsettledResponses = share(settling.Responses, p.NStimuli())
		q.rates(r.Training.ResponsesExc, p)
		q.addNaN("cc", shareOfNaN(r.Training.CC))
		q.addNaN("osi_e", shareOfNaN(r.Training.OsiE))
		q.addNaN("osi_i", shareOfNaN(r.Training.OsiI))
		ok = q.training(settling.Trials, r.Training)
	case r.Perturbation != nil:
		q.UnsettledResponses = share(settling.Responses, p.NStimuli()*(1+p.Perturb.NPerturbed))
		q.rates(r.Perturbation.ResponsesExc, p)
		q.addNaN("correlation_mean", shareOfNaN(r.Perturbation.CorrelationMean))
	}
	if len(q.NaN) == 0 {
		q.NaN = nil
	}
	if !ok {
		return nil
	}
	return q
}

// training sets what is known from the trials. It reports false if the log has trials that the result has not.
func (q *Quality) training(trials []sim.TrialSettling, r *sim.TrainingResult) bool {
	if len(trials) == 0 {
		return true // NEITHER
	}
	q.PlannedTrials = r.Trials
	for n, t := range trials {
		if !t.Aborted {
			q.Trials++
		}
		endsPhase := n == len(trials)-1 || trials[n+1].Phase != t.Phase
		early := t.Aborted || t.Trial < t.EveryN
		if endsPhase && early && t.Unsettled > 0 {
			q.StoppedUnsettled = true
		}
	}
	last := trials[len(trials)-1]
	row, stimuli := (last.Phase-1)*last.EveryN+last.Trial-1, len(r.StepsToConverge)/max(1, r.Trials)
	if row < 0 || row >= r.Trials {
		return false
	}
	shown := 0
	for _, steps := range r.StepsToConverge[row*stimuli : (row+1)*stimuli] {
		if steps >= 0 {
			shown++
		}
	}
	q.UnsettledTrial = share(last.Unsettled, shown)
	return true
}

// rates sets what is known from the rates, (s, s, s, n_e).
func (q *Quality) rates(rates []float32, p *sim.Parameters) {
	saturated, neurons := 0, p.NE()
	active := make([]bool, neurons)
	for n, r := range rates {
		if float64(r) >= saturation*float64(p.Ng.RMax) {
			saturated++
		}
		if r != 0 {
			active[n%neurons] = true
		}
	}
	silent := 0
	for _, a := range active {
		if !a {
			silent++
		}
	}
	q.Saturated, q.Silent = share(saturated, len(rates)), share(silent, neurons)
}

func (q *Quality) addNaN(name string, share float64) {
	if share > 0 {
		q.NaN[name] = share
	}
}

func shareOfNaN[T float32 | float64](values []T) float64 {
	n := 0
	for _, v := range values {
		if math.IsNaN(float64(v)) {
			n++
		}
	}
	return share(n, len(values))
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}
