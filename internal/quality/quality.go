package quality

import (
	"maps"
	"slices"

	"eisweep/sim"
)

// Quality holds the numbers that decide whether a result can be trusted. Shares are between 0 and 1.
type Quality struct {
	// UnsettledTrial is the share of the stimuli shown in the last training trial that did not settle; 0 without training.
	UnsettledTrial float64 `json:"unsettled_trial"`
	// UnsettledResponses is the share of the stimuli that did not settle when the responses were last measured; PERTURB: of
	// all states, of the network as it is and with each neuron pushed.
	UnsettledResponses float64 `json:"unsettled_responses"`
	// Saturated is the share of the E neurons' rates, over neurons and stimuli, that are at least 0.99 ng.r_max.
	Saturated float64 `json:"saturated"`
	// Silent is the share of the E neurons whose rate is 0 for every stimulus.
	Silent float64 `json:"silent"`
	// NaN maps each measure with NaN values to the share of them: cc, osi_e and osi_i over neurons; PERTURB:
	// correlation_mean over bins.
	NaN map[string]float64 `json:"nan,omitempty"`
	// Trials is the number of completed training trials, PlannedTrials the most that the task may take; 0 without training.
	Trials        int `json:"trials"`
	PlannedTrials int `json:"planned_trials"`
	// StoppedUnsettled reports that a phase ended early although stimuli did not settle in the last trial before its end.
	StoppedUnsettled bool `json:"stopped_unsettled,omitempty"`
}

// The measures whose values are checked.
var (
	trainingMeasures = []string{"cc", "osi_e", "osi_i"}
	perturbMeasures  = []string{"correlation_mean"}
)

// saturation is the share of ng.r_max at or above which a rate counts as saturated.
const saturation = 0.99

// Result is a result whose quality is computed: one in memory, or an open file.
type Result interface {
	// Log is the task's log.
	Log() ([]string, error)
	// Trials is the number of rows of steps_to_converge; 0 for a PERTURB.
	Trials() (int, error)
	// Steps is the row of steps_to_converge of a trial, counted from 0.
	Steps(trial int) ([]int32, error)
	// Rates calls yield with consecutive blocks of responses_exc, (s, s, s, n_e), in 1/s.
	Rates(yield func(block []float64)) error
	// CountNaN counts the values of a measure, and those among them that are not numbers.
	CountNaN(measure string) (notNumbers, values int, err error)
}

// Of returns the quality of a result that was just computed, as Assess does.
func Of(r *sim.Result, e sim.Experiment, p *sim.Parameters) *Quality {
	q, err := Assess(inMemory{r}, e, p)
	if err != nil {
		return nil
	}
	return q
}

// Assess returns the quality of a result of an experiment with these parameters. It uses those of the network's size,
// ng.r_max and perturb.n_perturbed. It returns nil if the log does not belong to the result or does not say which states
// settled, as in PERTURB files of the published program. Errors are those of reading the result.
func Assess(r Result, e sim.Experiment, p *sim.Parameters) (*Quality, error) {
	log, err := r.Log()
	if err != nil {
		return nil, err
	}
	settling, ok := sim.ReadSettling(log)
	if !ok {
		settling, ok = readPublished(log)
	}
	if !ok {
		return nil, nil
	}
	q, states, measures := new(Quality), p.NStimuli(), trainingMeasures
	if e == sim.Perturb {
		states, measures = states*(1+p.Perturb.NPerturbed), perturbMeasures
	}
	q.UnsettledResponses = share(settling.Responses, states)
	if belongs, err := q.assessTraining(r, settling.Trials); err != nil || !belongs {
		return nil, err
	}
	if err := q.assessRates(r, p); err != nil {
		return nil, err
	}
	return q, q.assessMeasures(r, measures)
}

// assessTraining sets what is known from the trials. It reports false if the log has trials that the result has not.
func (q *Quality) assessTraining(r Result, trials []sim.TrialSettling) (belongs bool, err error) {
	if len(trials) == 0 {
		return true, nil // NEITHER, PERTURB
	}
	if q.PlannedTrials, err = r.Trials(); err != nil {
		return false, err
	}
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
	row := (last.Phase-1)*last.EveryN + last.Trial - 1
	if row < 0 || row >= q.PlannedTrials {
		return false, nil
	}
	steps, err := r.Steps(row)
	shown := 0
	for _, n := range steps {
		if n >= 0 { // it was shown before the phase ended
			shown++
		}
	}
	q.UnsettledTrial = share(last.Unsettled, shown)
	return true, err
}

// assessRates sets what is known from the E neurons' rates.
func (q *Quality) assessRates(r Result, p *sim.Parameters) error {
	saturated, silent, rates, neurons := 0, 0, 0, p.NE()
	limit := saturation * float64(p.Ng.RMax)
	active := make([]bool, neurons)
	err := r.Rates(func(block []float64) {
		for _, rate := range block {
			if rate >= limit {
				saturated++
			}
			if rate != 0 {
				active[rates%neurons] = true
			}
			rates++
		}
	})
	for _, is := range active {
		if !is {
			silent++
		}
	}
	q.Saturated, q.Silent = share(saturated, rates), share(silent, neurons)
	return err
}

func (q *Quality) assessMeasures(r Result, measures []string) error {
	for _, name := range measures {
		n, of, err := r.CountNaN(name)
		if err != nil {
			return err
		}
		if n > 0 && q.NaN == nil {
			q.NaN = map[string]float64{}
		}
		if n > 0 {
			q.NaN[name] = share(n, of)
		}
	}
	return nil
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// IsPossible reports whether a result could have this quality. One that another process sent may not be.
func (q *Quality) IsPossible() bool {
	shares := append(slices.Collect(maps.Values(q.NaN)), q.UnsettledTrial, q.UnsettledResponses, q.Saturated, q.Silent)
	for name, share := range q.NaN {
		if share == 0 || !slices.Contains(trainingMeasures, name) && !slices.Contains(perturbMeasures, name) {
			return false
		}
	}
	return !slices.ContainsFunc(shares, func(s float64) bool { return s < 0 || s > 1 }) && q.Trials >= 0 && q.Trials <= q.PlannedTrials
}
