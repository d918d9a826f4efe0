package sim

import (
	"context"
	"errors"
	"slices"
)

// Progress is how much of a task a simulation has done.
type Progress struct {
	Phase  string // "responses", "training" or "perturbing"
	Trial  int    // trials started, of Trials
	Trials int
	Done   int64 // stimuli settled, of Total
	Total  int64 // falls if a phase ends early
	Steps  int64 // Euler steps taken so far
}

// Simulation runs one task. It is not safe for concurrent use.
type Simulation struct {
	task *Task
	p    *Parameters

	// prepare sets what follows, before the first step.
	net      *network // nil for PERTURB
	settler  *settler
	ahead    *lookahead // settles responses and perturbations; nil before the first
	gradient *gradient  // nil if neither the rules nor the angles need it
	scratch  scratch

	state *state
	err   error // the numeric failure that ended the task
}

// scratch holds temporary values of one stimulus.
type scratch struct {
	exc, inh []float32 // currents of the E neurons
	e        []float32 // error ε
	feedback []float32 // P·ε, (n_i)
	slope    []float32 // σ(h_i)
}

// New returns a simulation of a task, which must not change afterwards. The error wraps
// ErrInvalid if the parameters, the initial state and the source don't go together. The
// first Step draws the weights.
func New(task *Task) (*Simulation, error) {
	if err := invalid(taskFaults(task)); err != nil {
		return nil, err
	}
	return &Simulation{task: task, p: &task.Parameters}, nil
}

// prepare computes what a task needs before its first step, above all its weights. If the
// context ends, the simulation stays unprepared.
func (s *Simulation) prepare(ctx context.Context) error {
	if s.state != nil {
		return nil
	}
	p, shared := s.p, s.task.Cache.foundation(s.p)
	s.scratch = scratch{exc: make([]float32, p.NE()), inh: make([]float32, p.NE()), e: make([]float32, p.NE()),
		feedback: make([]float32, p.NI()), slope: make([]float32, p.NI())}
	if s.task.Experiment == Perturb {
		ee, err := shared.excitation(ctx, p, s.task.Source.WEE)
		if err != nil {
			return err
		}
		s.settler = newSettler(p, p.Perturb.MaxDr, shared.input)
		s.settler.connect(ee, s.task.Source.WII)
		s.settler.net.WEI.Pack(s.task.Source.WEI)
		s.settler.net.WIE.Pack(s.task.Source.WIE)
		s.state = newPerturbingState(s.task)
		return nil
	}
	net, err := drawNetwork(ctx, s.task, shared)
	if err != nil {
		return err
	}
	s.net, s.settler = net, newSettler(p, p.Numint.MaxDr, shared.input)
	s.settler.connect(net.excitation, net.wii)
	if p.Pl.IsPlastic != Neither && (p.Pl.ComputeGradientAngles || p.Pl.PlasticityTypeEI == RuleGradient) {
		s.gradient = newGradient(&s.settler.net, net.wee, net.wii, p.NE(), p.NI())
	}
	s.adopt(newTrainingState(s.task, net))
	s.logWeights()
	s.err = s.weightError()
	return s.err
}

// weightError returns an error if a drawn weight is beyond float32.
func (s *Simulation) weightError() error {
	what := s.state.training.notFinite()
	if slices.ContainsFunc(s.net.wii, notFinite) {
		what = "wii"
	}
	if slices.ContainsFunc(s.net.wee, notFinite) {
		what = "wee"
	}
	if what == "" {
		return nil
	}
	return s.numericError([3]int{}, what)
}

func notFinite(x float32) bool { return x-x != 0 }

// adopt makes a state that of the simulation, and its weights those of the settler.
func (s *Simulation) adopt(st *state) {
	s.state, s.ahead = st, nil
	if t := st.training; t != nil {
		s.settler.net.WEI = t.ei.W
		s.settler.net.WIE = t.ie.W
	}
}

// Step settles one stimulus and learns from it or records it. It reports whether the task is
// done; a step of a finished task changes nothing.
func (s *Simulation) Step() (done bool, err error) { return s.step(context.Background()) }

func (s *Simulation) step(ctx context.Context) (done bool, err error) {
	if s.err != nil {
		return false, s.err
	}
	if err := s.prepare(ctx); err != nil {
		return false, err
	}
	switch s.state.stage {
	case respond:
		err = s.respond(ctx)
	case train:
		err = s.train(ctx)
	case push:
		err = s.push(ctx)
	}
	if errors.Is(err, ErrNumeric) {
		s.err = err
	}
	return s.state.stage == finished, err
}

// Run steps until the task is done, or fails numerically, or the context ends: then it
// returns the context's error within 100 ms, and the interrupted stimulus changes nothing.
// observe, if not nil, is called after every stimulus.
func (s *Simulation) Run(ctx context.Context, observe func(Progress)) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		done, err := s.step(ctx)
		if err != nil {
			return err
		}
		if observe != nil {
			observe(s.Progress())
		}
		if done {
			return nil
		}
	}
}

// Progress returns how much of the task is done.
func (s *Simulation) Progress() Progress {
	p := Progress{Phase: respond.String(), Total: SettleCount(s.task.Experiment, s.p)}
	if s.task.Experiment == Perturb {
		p.Phase = push.String()
	} else if s.p.Pl.IsPlastic != Neither {
		p.Trials = s.p.Numint.NTrials
	}
	if st := s.state; st != nil {
		p.Done, p.Total, p.Steps = st.done, p.Total-st.skipped, st.steps
		if st.training != nil {
			p.Phase, p.Trial = st.training.phaseName(st.stage), st.training.trialsBegun(s.p, st.stage)
		}
	}
	return p
}

// settle runs the network under a stimulus. On an error only the settler has changed.
func (s *Simulation) settle(ctx context.Context, at [3]int, x []float32, record func(re, ri []float32)) (outcome, error) {
	out, err := s.settler.settle(ctx, x, record)
	return out, s.locate(err, at)
}

// locate turns errNaN into an error that says where the NaN was.
func (s *Simulation) locate(err error, at [3]int) error {
	if errors.Is(err, errNaN{}) {
		return s.numericError(at, "the rates")
	}
	return err
}

// count counts a stimulus that has settled, or did not within max_steps.
func (st *state) count(out outcome) {
	st.done++
	st.steps += int64(out.steps)
	if !out.settled {
		st.unsettled++
	}
}

func (s *Simulation) numericError(at [3]int, what string) error {
	e := &NumericError{Phase: s.state.stage.String(), Stimulus: at, What: what}
	if s.state.stage == train {
		e.Trial = s.state.training.number(s.p) + 1
	}
	return e
}

// Result returns what a finished simulation has computed; nil before it is done.
func (s *Simulation) Result() *Result {
	if s.state == nil || s.state.stage != finished {
		return nil
	}
	r := &Result{Task: s.task, Log: s.state.log}
	if s.task.Experiment == Perturb {
		r.Perturbation = s.perturbationResult()
	} else {
		r.Training = s.trainingResult()
	}
	return r
}
