package estimate

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"eisweep/sim"
)

const (
	largestPilot = 11      // neurons per axis; larger networks take too long to draw
	smallerPilot = 10      // takes their place
	mostStimuli  = 20      // per axis
	mostSamples  = 20000   // stimuli that are trained with
	block        = 96      // stimuli that settle side by side
	fewest       = 12      // stimuli that are trained with, whatever the time
	settlingPart = 1. / 4. // of the time of a task that trains
)

// observe measures a point for about so many seconds of CPU time; nil if it was not possible.
func (p *Pilot) observe(ctx context.Context, s *share, seconds float64) *Observation {
	task, work, err := p.task(ctx, s)
	if err != nil {
		return nil
	}
	start := threadTime()
	m, err := sim.NewSampler(ctx, task)
	if err != nil {
		return nil
	}
	o := &Observation{Setup: threadTime() - start}
	until := start + seconds
	settleUntil := until
	if s.total.trained > 0 {
		settleUntil = start + settlingPart*seconds
	}
	if !o.settle(ctx, m, s.largest.settled, settleUntil) {
		return nil
	}
	if s.total.trained > 0 && !o.train(ctx, m, s.largest.trained, until) {
		return nil
	}
	scaled := o.scaled(work)
	return &scaled
}

// settle measures settling side by side, with at most so many stimuli, until threadTime reaches a value. It reports false if it could
// measure nothing.
func (o *Observation) settle(ctx context.Context, m *sim.Sampler, most int64, until float64) bool {
	var perStep []float64 // of each block
	var all sim.Sample
	for stimuli := int64(0); stimuli == 0 || stimuli < most && threadTime() < until; stimuli = int64(all.Stimuli) {
		start := threadTime()
		sample, err := m.Settle(ctx, block)
		if err != nil || sample.Computed == 0 {
			break
		}
		perStep = append(perStep, (threadTime()-start)/float64(sample.Computed))
		all.Stimuli, all.Steps = all.Stimuli+sample.Stimuli, all.Steps+sample.Steps
	}
	if all.Stimuli == 0 {
		return false
	}
	o.Step, o.Steps = median(perStep), float64(all.Steps)/float64(all.Stimuli)
	return true
}

// train measures the training likewise. It reports false if it could measure nothing.
func (o *Observation) train(ctx context.Context, m *sim.Sampler, most int64, until float64) bool {
	var steps, perStep, learning []float64
	for ended := false; !ended && int64(len(steps)) < most && (len(steps) < fewest || threadTime() < until); {
		start := threadTime()
		taken, err := m.Present(ctx)
		settled := threadTime()
		if err == nil {
			ended, err = m.Learn(ctx)
		}
		if err != nil {
			break
		}
		steps, perStep = append(steps, float64(taken)), append(perStep, (settled-start)/float64(taken))
		learning = append(learning, threadTime()-settled)
	}
	if len(steps) == 0 {
		return false
	}
	t := &o.Training
	t.Seen, t.Steps, t.Late = int64(len(steps)), stat.Mean(steps, nil), stat.Mean(steps[2*len(steps)/3:], nil)
	t.Step, t.Learn = median(perStep), stat.Mean(learning[min(1, len(learning)-1):], nil) // the first stimulus reserves memory
	return true
}

// median sorts and returns the median, which the warming up of caches and a disturbance by another program do not change.
func median(of []float64) float64 {
	slices.Sort(of)
	return stat.Quantile(0.5, stat.LinInterp, of, nil)
}

// task returns the task to measure a share with, and by how much a step of the share's own tasks is more work. It has as few trials
// and pushed neurons as measuring needs.
func (p *Pilot) task(ctx context.Context, s *share) (*sim.Task, float64, error) {
	task := &sim.Task{Experiment: s.point.Experiment, Seed: s.sample.Seed, Parameters: s.sample.Parameters, Cache: &p.cache}
	q, work := &task.Parameters, 1.0
	if q.Ng.Exc.NPerAxis > largestPilot {
		work = math.Pow(float64(q.Ng.Exc.NPerAxis)/smallerPilot, 6)
		q.Ng.Exc.NPerAxis = smallerPilot
	}
	q.Inp.NStimuli = min(q.Inp.NStimuli, mostStimuli)
	q.Numint.NTrials = min(q.Numint.NTrials, 1+mostSamples/q.NStimuli())
	q.Numint.EveryN = q.Numint.NTrials
	q.Perturb.NPerturbed = min(q.Perturb.NPerturbed, 4)
	var err error
	if task.Experiment == sim.Perturb {
		task.Source, err = p.source(ctx, s, work > 1 || q.Inp.NStimuli < s.kind.nStimuli, q)
	}
	return task, work, err
}

// source returns the trained network of a PERTURB task, or an untrained one of the size that is measured with.
func (p *Pilot) source(ctx context.Context, s *share, smaller bool, q *sim.Parameters) (*sim.Source, error) {
	if !smaller && p.Network != nil {
		if source, err := p.Network(ctx, s.sample); source != nil || err != nil {
			return source, err
		}
	}
	training := sim.Defaults(sim.Approximate)
	if s.point.Training != (sim.Parameters{}) {
		training = s.point.Training
	}
	training.Ng, training.Inp, training.Numint.NTrials, training.Numint.EveryN = q.Ng, q.Inp, 1, 1
	return sim.UntrainedSource(ctx, &sim.Task{Experiment: sim.Approximate, Seed: s.sample.Seed, Parameters: training, Cache: &p.cache})
}
