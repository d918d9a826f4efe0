package estimate

import (
	"context"
	"syscall"
	"time"

	"eisweep/sim"
)

// prices is what a simulation costs, in seconds.
type prices struct {
	setup    float64 // of a task
	response float64 // of a stimulus settled without learning
	learned  float64 // of one learned from
}

func (p *prices) seconds(s *share) float64 {
	return p.setup*float64(s.tasks) + p.response*float64(s.responses) + p.learned*float64(s.learned)
}

// measure runs a task like the sample for one trial and about the budget. PERTURB
// is measured on an untrained network. Time is the processor's, so that what else
// the machine does doesn't count.
func measure(ctx context.Context, x sim.Experiment, sample sim.Parameters, budget time.Duration) (*prices, error) {
	begun, start := time.Now(), processor()
	s, err := sim.New(shortTask(x, sample))
	if err != nil {
		return nil, err
	}
	if _, err := s.Step(); err != nil {
		return nil, err
	}
	p := &prices{setup: processor() - start}
	seconds, stimuli := map[bool]float64{}, map[bool]float64{}
	for done := false; !done && time.Since(begun) < budget && ctx.Err() == nil; {
		training, t := s.Progress().Phase == "training", processor()
		if done, err = s.Step(); err != nil {
			break // the numbers of some tasks fail; what was measured counts
		}
		seconds[training] += processor() - t
		stimuli[training]++
	}
	return p.of(seconds, stimuli), ctx.Err()
}

// processor is the time that the processors have worked for this process, in seconds.
func processor() float64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
}

// of fills the prices from the time and number of stimuli, by whether they trained.
func (p *prices) of(seconds, stimuli map[bool]float64) *prices {
	p.response = p.setup
	if stimuli[false] > 0 {
		p.response = seconds[false] / stimuli[false]
	}
	p.setup = max(0, p.setup-p.response)
	p.learned = 3 * p.response
	if stimuli[true] > 0 {
		p.learned = seconds[true] / stimuli[true]
	}
	return p
}

// mostStimuli bounds the stimuli of an axis; fewer than the sample's would change
// how its network is connected, and with it what a step costs.
const mostStimuli = 12

// shortTask is the sample with one trial.
func shortTask(x sim.Experiment, p sim.Parameters) *sim.Task {
	p.Inp.NStimuli = min(mostStimuli, p.Inp.NStimuli)
	p.Numint.NTrials, p.Numint.EveryN = 1, 1
	if x == sim.Perturb {
		source := sim.Defaults(sim.Approximate)
		source.Pl.IsPlastic = sim.Neither
		source.Inp, source.Ng, source.Numint.Dt, source.Numint.MaxSteps = p.Inp, p.Ng, p.Numint.Dt, p.Numint.MaxSteps
		source.Numint.MaxDr, source.Numint.NTrials, source.Numint.EveryN = p.Perturb.MaxDr, 1, 1
		x, p = sim.Approximate, source
	}
	return &sim.Task{Experiment: x, Seed: 1, Parameters: p}
}
