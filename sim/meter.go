package sim

import (
	"context"
	"fmt"
)

// Work is a kind of work of tasks of the published size, as a Meter does it.
type Work string

// The kinds of work; the stimuli are the first ones of seed 1's first trial.
const (
	WorkApproximate Work = "approximate"           // train, with the angles to the gradient
	WorkNoAngles    Work = "approximate-no-angles" // train, without them
	WorkGradient    Work = "gradient"              // train by the gradient
	WorkResponses   Work = "responses"             // settle with constant weights
	WorkPerturb     Work = "perturb"               // the same, pushed: one of four neurons in turn, to perturb.max_dr
)

// Works lists the kinds of work.
func Works() []Work {
	return []Work{WorkApproximate, WorkNoAngles, WorkGradient, WorkResponses, WorkPerturb}
}

// Learns reports whether weights change after each stimulus.
func (w Work) Learns() bool { return w != WorkResponses && w != WorkPerturb }

// Meter does one kind of work a stimulus at a time, settling and learning apart,
// so that a caller who has a clock can time them; what it computes is what tasks
// compute. It is not safe for concurrent use.
type Meter struct {
	simulation *Simulation
	work       Work
	order      [][3]int
	settlings  int
	next       int
	out        outcome
	ahead      *lookahead // nil where weights change
}

// warmUp is how many stimuli go before those that are metered.
const warmUp = 2

// MostMetered is how many stimuli a Meter can go through: a trial's but for those
// that warm it up.
func MostMetered() int {
	p := Defaults(Approximate)
	return p.NStimuli() - warmUp
}

// NewMeter readies a kind of work, warmed up, for so many stimuli, at most
// MostMetered. The network is drawn from seed 1, untrained.
func NewMeter(ctx context.Context, work Work, stimuli int, shared *Shared) (*Meter, error) {
	if stimuli < 1 || stimuli > MostMetered() {
		return nil, fmt.Errorf("meter %d stimuli: it is 1 to %d", stimuli, MostMetered())
	}
	task := work.task()
	task.Shared = shared
	s, err := New(task)
	if err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	s.beginPhase()
	m := &Meter{simulation: s, work: work, settlings: stimuli}
	if work.Learns() {
		return m, m.learnFirst(ctx)
	}
	m.queue(stimuli)
	return m, nil
}

// task trains for two trials, so that inhibitory inputs are remembered.
func (w Work) task() *Task {
	e := Approximate
	if w == WorkGradient {
		e = Gradient
	}
	p := Defaults(e)
	p.Numint.NTrials, p.Numint.EveryN = 2, 2
	p.Pl.ComputeGradientAngles = w == WorkApproximate
	if w == WorkPerturb {
		p.Numint.MaxDr = Defaults(Perturb).Perturb.MaxDr
	}
	return &Task{Experiment: e, Seed: 1, Parameters: p}
}

func (m *Meter) learnFirst(ctx context.Context) error {
	for range warmUp {
		if err := m.simulation.train(ctx); err != nil {
			return err
		}
	}
	return nil
}

// queue lines the stimuli up to settle side by side: over and over, until they are
// as many as the responses of a task, of which the last ones settle alone.
func (m *Meter) queue(stimuli int) {
	s := m.simulation
	trial := s.state.training.order
	for more := true; more; more = trial.next() {
		m.order = append(m.order, trial.at())
	}
	m.order = m.order[warmUp : warmUp+stimuli]
	m.settlings = (s.p.NStimuli() + stimuli - 1) / stimuli * stimuli
	m.ahead = newLookahead(s.settler, 0, m.settlings, m.stimulus)
}

// stimulus writes the input of a settling of the queue. Which neuron is pushed
// goes by the stimulus's number in the trial.
func (m *Meter) stimulus(item int, x []float32) {
	n := item % len(m.order)
	m.simulation.settler.input.stimulus(x, m.order[n])
	if m.work == WorkPerturb {
		pushed := [...]int{0, 100, 200, 300}
		x[pushed[(n+warmUp)%len(pushed)]] += Defaults(Perturb).Perturb.Size
	}
}

// Settlings is how many there are to do.
func (m *Meter) Settlings() int { return m.settlings }

// Settle does the next settling and returns the Euler steps it took. Where weights
// are constant those that follow settle beside it, so that only the time of all of
// them means something.
func (m *Meter) Settle(ctx context.Context) (steps int, err error) {
	if m.ahead != nil {
		m.out, err = m.ahead.settle(ctx, m.next)
		m.next++
	} else {
		m.out, err = m.simulation.present(ctx)
	}
	return m.out.steps, err
}

// Learn does what a training does after a stimulus: the error, the gradient if
// it takes one, the update, angles and records. It does nothing where weights are
// constant.
func (m *Meter) Learn(ctx context.Context) error {
	if !m.work.Learns() {
		return nil
	}
	return m.simulation.takeIn(ctx, m.out)
}
