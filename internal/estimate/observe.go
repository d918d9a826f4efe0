package estimate

import (
	"context"
	"math"
	"slices"
	"time"

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

// observe measures a point until about a time; nil if it was not possible.
func (p *Pilot) observe(ctx context.Context, s *share, until time.Time) *Observation {
	task, work, err := p.task(ctx, s)
	if err != nil {
		return nil
	}
	begun, start := time.Now(), threadTime()
	m, err := sim.NewSampler(ctx, task)
	if err != nil {
		return nil
	}
	o := &Observation{Setup: threadTime() - start}
	settleUntil := until
	if s.total.trained > 0 {
		settleUntil = begun.Add(time.Duration(settlingPart * float64(until.Sub(begun))))
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

// settle measures settling side by side, with at most so many stimuli. It reports false if it could measure nothing.
func (o *Observation) settle(ctx context.Context, m *sim.Sampler, most int64, until time.Time) bool {
	var perStep []float64 // of each block
	var all sim.Sample
	for stimuli := int64(0); stimuli == 0 || stimuli < most && time.Now().Before(until); stimuli = int64(all.Stimuli) {
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
	slices.Sort(perStep) // the first block warms up caches, and another program may disturb one
	o.Step, o.Steps = stat.Quantile(0.5, stat.LinInterp, perStep, nil), float64(all.Steps)/float64(all.Stimuli)
	return true
}

// train measures the training with at most so many stimuli. It reports false if it could measure nothing.
func (o *Observation) train(ctx context.Context, m *sim.Sampler, most int64, until time.Time) bool {
	var settling, learning float64
	var steps []float64
	for ended := false; !ended && int64(len(steps)) < most && (len(steps) < fewest || time.Now().Before(until)); {
		start := threadTime()
		taken, err := m.Present(ctx)
		settled := threadTime()
		if err == nil {
			ended, err = m.Learn(ctx)
		}
		if err != nil {
			break
		}
		settling, learning, steps = settling+settled-start, learning+threadTime()-settled, append(steps, float64(taken))
	}
	if len(steps) == 0 {
		return false
	}
	t, n := &o.Training, float64(len(steps))
	late := steps[2*len(steps)/3:]
	t.Seen, t.Steps, t.Late = int64(len(steps)), sum(steps)/n, sum(late)/float64(len(late))
	t.Step, t.Learn = settling/(t.Steps*n), learning/n
	return true
}

func sum(of []float64) (total float64) {
	for _, x := range of {
		total += x
	}
	return total
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
