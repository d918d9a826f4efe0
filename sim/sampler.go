package sim

import (
	"context"
	"fmt"
	"math"
)

// Sampler computes small parts of a task, to measure what the whole task takes: it settles responses or perturbations, which are
// spread evenly over all of the task, and trains with the first stimuli. It computes exactly what the task computes. It is not
// safe for concurrent use.
type Sampler struct {
	simulation *Simulation
	items      int // settlings to sample from
	next       int
	out        outcome
	trains     bool
}

// Sample is what Settle has computed.
type Sample struct {
	Stimuli int   // that settled, or did not within max_steps
	Steps   int64 // that these took
	// Computed is the number of steps that were computed. It includes those of stimuli that were still settling beside these.
	Computed int64
}

// NewSampler draws or connects the network of a task. A PERTURB task needs a source. Errors are as of New, and the context's.
func NewSampler(ctx context.Context, task *Task) (*Sampler, error) {
	s, err := New(task)
	if err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	m := &Sampler{simulation: s, items: s.p.NStimuli()}
	if task.Experiment == Perturb {
		m.items = s.state.perturbing.items()
	}
	return m, nil
}

// UntrainedSource returns the network that a training task would start with, as the source of a PERTURB task. It has no
// correlations or similarities: a Sampler does not read them.
func UntrainedSource(ctx context.Context, task *Task) (*Source, error) {
	if !task.Experiment.Trains() {
		return nil, fmt.Errorf("draw network: %s does not train one", task.Experiment)
	}
	s, err := New(task)
	if err != nil {
		return nil, err
	}
	net, err := drawNetwork(ctx, task, task.Cache.foundation(s.p))
	if err != nil {
		return nil, err
	}
	e := s.p.NE()
	return &Source{WEE: net.wee, WEI: net.ei.init, WIE: net.ie.init, WII: net.wii,
		ResponseSimEE: make([]float64, e*e), CorrelationsEE: make([]float64, e*e)}, nil
}

// spread is the distance between two items that are sampled one after the other, as a share of all: the golden ratio's, so that any
// number of them is spread evenly.
const spread = 0.6180339887498949

// at returns the item that is sampled as number n.
func (m *Sampler) at(n int) int {
	return int(math.Mod(float64(n)*spread, 1) * float64(m.items))
}

// Settle settles the next stimuli with the present weights, side by side, and with PERTURB's pushes. The error is the context's, or
// ErrNumeric.
func (m *Sampler) Settle(ctx context.Context, stimuli int) (Sample, error) {
	s, first := m.simulation, m.next
	ahead := newLookahead(s.settler, 0, max(stimuli+maxAhead, minLanes), func(n int, x []float32) { m.stimulus(first+n, x) })
	var done Sample
	for n := range stimuli {
		out, err := ahead.settle(ctx, n)
		if err != nil {
			return done, s.locate(err, stimulusAt(m.at(first+n)%s.p.NStimuli(), s.p.Inp.NStimuli))
		}
		done.Stimuli, done.Steps = n+1, done.Steps+int64(out.steps)
	}
	m.next += stimuli
	done.Computed = done.Steps + ahead.unreturned(stimuli)
	return done, nil
}

func (m *Sampler) stimulus(n int, x []float32) {
	s, item := m.simulation, m.at(n)
	if s.state.perturbing != nil {
		s.pushedStimulus(item, x)
		return
	}
	s.settler.input.stimulus(x, stimulusAt(item, s.p.Inp.NStimuli))
}

// unreturned counts the steps of items from a number on, which have settled or are settling.
func (l *lookahead) unreturned(from int) (steps int64) {
	for item, s := range l.ready {
		if item >= from {
			steps += int64(s.steps)
		}
	}
	for _, b := range l.batches {
		for n := range b.lanes {
			if b.lanes[n].busy {
				steps += int64(b.lanes[n].steps)
			}
		}
	}
	return steps
}

// Present settles the next stimulus of the training, and returns its steps. The task must train. Learn must follow. Errors are as
// of Settle.
func (m *Sampler) Present(ctx context.Context) (steps int, err error) {
	if !m.trains {
		m.simulation.beginPhase()
		m.trains = true
	}
	m.out, err = m.simulation.present(ctx)
	return m.out.steps, err
}

// Learn learns from the stimulus that was presented. It reports whether the phase has ended: Present must not be called again. Errors
// are as of Settle.
func (m *Sampler) Learn(ctx context.Context) (ended bool, err error) {
	err = m.simulation.learnFrom(ctx, m.out)
	return m.simulation.state.stage != train, err
}
