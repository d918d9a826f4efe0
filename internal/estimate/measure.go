package estimate

import (
	"context"
	"syscall"
	"time"

	"eisweep/sim"
)

// prices are the costs of a simulation in seconds of CPU time.
type prices struct {
	setup    float64 // of a task
	response float64 // of a stimulus settled without learning
	learned  float64 // of one learned from
}

func (p *prices) seconds(s *share) float64 {
	return p.setup*float64(s.tasks) + p.response*float64(s.responses) + p.learned*float64(s.learned)
}

// measure runs a task like the sample for about the budget, with one trial, and with few
// stimuli if that changes little. PERTURB is measured on an untrained network. It measures CPU
// time, so that other processes don't count.
func measure(ctx context.Context, x sim.Experiment, sample sim.Parameters, budget time.Duration) (*prices, error) {
	task, err := shortTask(ctx, x, sample)
	if err != nil {
		return nil, err
	}
	begun, start := time.Now(), cpuTime()
	s, err := sim.New(task)
	if err != nil {
		return nil, err
	}
	if _, err := s.Step(); err != nil {
		return nil, err
	}
	p := &prices{setup: cpuTime() - start}
	seconds, stimuli := map[bool]float64{}, map[bool]float64{}
	for done := false; !done && time.Since(begun) < budget && ctx.Err() == nil; {
		training, t := s.Progress().Phase == "training", cpuTime()
		if done, err = s.Step(); err != nil {
			break // some tasks fail numerically; what was measured until then counts
		}
		seconds[training] += cpuTime() - t
		stimuli[training]++
	}
	return p.of(seconds, stimuli), ctx.Err()
}

// cpuTime returns the CPU time of this process in seconds.
func cpuTime() float64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
}

// of sets the prices from the time and the number of stimuli, keyed by whether they trained.
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

// shortTask returns the sample with one trial, and with at most 27 stimuli unless that would
// change whether products are computed as a convolution.
func shortTask(ctx context.Context, x sim.Experiment, p sim.Parameters) (*sim.Task, error) {
	products, err := sim.Recurrence(ctx, &p)
	if err != nil {
		return nil, err
	}
	if products != "convolution" {
		p.Inp.NStimuli = min(3, p.Inp.NStimuli)
	}
	p.Numint.NTrials, p.Numint.EveryN = 1, 1
	if x == sim.Perturb {
		source := sim.Defaults(sim.Approximate)
		source.Pl.IsPlastic = sim.Neither
		source.Inp, source.Ng, source.Numint.Dt, source.Numint.MaxSteps = p.Inp, p.Ng, p.Numint.Dt, p.Numint.MaxSteps
		source.Numint.MaxDr, source.Numint.NTrials, source.Numint.EveryN = p.Perturb.MaxDr, 1, 1
		x, p = sim.Approximate, source
	}
	return &sim.Task{Experiment: x, Seed: 1, Parameters: p}, nil
}
