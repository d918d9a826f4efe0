package sim

import (
	"context"
	"fmt"
)

// Work is a kind of work that a Meter measures, with tasks of the published size.
type Work string

// The kinds of work. The stimuli are the first ones of the first trial of seed 1.
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

// Meter does one kind of work, one stimulus at a time, with settling and learning as separate
// calls that the caller can time. It computes exactly what tasks compute. It is not safe for
// concurrent use.
type Meter struct {
	simulation  *Simulation
	work        Work
	order       [][3]int
	settleCount int
	next        int
	out         outcome
	ahead       *lookahead // nil where weights change
}

// warmUp is how many stimuli are computed before the measured ones.
const warmUp = 2

// MaxMetered returns how many stimuli a Meter can measure: those of a trial without the
// ones that warm it up.
func MaxMetered() int {
	p := Defaults(Approximate)
	return p.NStimuli() - warmUp
}

// NewMeter prepares a kind of work, warmed up, for that many stimuli, 1 … MaxMetered. The
// network is drawn from seed 1 and untrained. Cache may be nil.
func NewMeter(ctx context.Context, work Work, stimuli int, shared *Cache) (*Meter, error) {
	if stimuli < 1 || stimuli > MaxMetered() {
		return nil, fmt.Errorf("meter %d stimuli: it is 1 to %d", stimuli, MaxMetered())
	}
	task := work.task()
	task.Cache = shared
	s, err := New(task)
	if err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	s.beginPhase()
	m := &Meter{simulation: s, work: work, settleCount: stimuli}
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

// queue prepares the stimuli to settle side by side. It repeats them until they are as many
// as the responses of a task, the last of which settle alone.
func (m *Meter) queue(stimuli int) {
	s := m.simulation
	trial := s.state.training.order
	for more := true; more; more = trial.next() {
		m.order = append(m.order, trial.at())
	}
	m.order = m.order[warmUp : warmUp+stimuli]
	m.settleCount = (s.p.NStimuli() + stimuli - 1) / stimuli * stimuli
	m.ahead = newLookahead(s.settler, 0, m.settleCount, m.stimulus)
}

// stimulus writes the input of an item of the queue. The stimulus's number in the trial
// decides which neuron is pushed.
func (m *Meter) stimulus(item int, x []float32) {
	n := item % len(m.order)
	m.simulation.settler.input.stimulus(x, m.order[n])
	if m.work == WorkPerturb {
		pushed := [...]int{0, 100, 200, 300}
		x[pushed[(n+warmUp)%len(pushed)]] += Defaults(Perturb).Perturb.Size
	}
}

// Settlings returns the number of calls of Settle that the work takes.
func (m *Meter) Settlings() int { return m.settleCount }

// Settle settles the next stimulus and returns the Euler steps it took. With constant
// weights the following stimuli settle beside it, so only the total time is meaningful.
func (m *Meter) Settle(ctx context.Context) (steps int, err error) {
	if m.ahead != nil {
		m.out, err = m.ahead.settle(ctx, m.next)
		m.next++
	} else {
		m.out, err = m.simulation.present(ctx)
	}
	return m.out.steps, err
}

// Learn does what a training does after a stimulus: the error, the gradient if it is used, the
// update, angles and records. With constant weights it does nothing.
func (m *Meter) Learn(ctx context.Context) error {
	if !m.work.Learns() {
		return nil
	}
	return m.simulation.learnFrom(ctx, m.out)
}
