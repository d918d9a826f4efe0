package sim

import (
	"context"
	"slices"

	"eisweep/sim/internal/kernel"
)

// settler runs the network under one stimulus until its rates have settled (docs/model.md#settling).
type settler struct {
	net          kernel.Network
	constants    kernel.Constants
	state        *kernel.State
	input        *input
	x            []float32 // the stimulus
	re0, ri0     float32   // the rates it starts from
	maxDr        float32
	maxSteps     int
	pollInterval int // steps between two checks of the context
}

func newSettler(p *Parameters, maxDr float32, in *input) *settler {
	nE, nI := p.NE(), p.NI()
	s := &settler{
		net: kernel.Network{WEI: kernel.NewPanels(nE, nI), WIE: kernel.NewPanels(nI, nE), WII: kernel.NewPanels(nI, nI)},
		constants: kernel.Constants{KE: p.Numint.Dt / p.Ng.Exc.TauM, KI: p.Numint.Dt / p.Ng.Inh.TauM,
			RMax: p.Ng.RMax, InhInput: p.Inp.Inh.BgInput},
		state: kernel.NewState(nE, nI), input: in, x: make([]float32, nE),
		re0: p.Pl.Rho0, ri0: p.Inp.Inh.BgInput, maxDr: maxDr, maxSteps: p.Numint.MaxSteps,
	}
	const weights = 1 << 23 // about 10 ms
	s.pollInterval = max(1, weights/(nE*nE+100))
	return s
}

// connect sets the weights that don't learn; a wee of zeros is left out.
func (s *settler) connect(ee *excitation, wii []float32) {
	s.net.WII.Pack(wii)
	s.net.Convolution, s.net.WEE = ee.convolution, nil
	if ee.convolution == nil && slices.ContainsFunc(ee.wee, func(w float32) bool { return w != 0 }) {
		n := len(s.x)
		s.net.WEE = kernel.NewPanels(n, n)
		s.net.WEE.Pack(ee.wee)
	}
}

// outcome is how a settling ended.
type outcome struct {
	settled bool
	steps   int
}

// errNaN is the error of settle for a NaN; the caller adds where it was.
type errNaN struct{}

func (errNaN) Error() string { return "a rate is not a number" }

// settle runs the network under stimulus x from the start state until the
// largest step of the unclipped neurons is below k·max_dr in both populations or
// max_steps is reached. The state is left in s.state. record, if not nil, is
// called with the rates after each step. If the context ends, settle returns its error
// soon after; if a step is NaN, it returns errNaN at once.
func (s *settler) settle(ctx context.Context, x []float32, record func(re, ri []float32)) (outcome, error) {
	s.state.Begin(x, s.re0, s.ri0)
	return s.resume(ctx, 0, record)
}

// resume continues to settle a state that has already taken that many steps.
func (s *settler) resume(ctx context.Context, steps int, record func(re, ri []float32)) (outcome, error) {
	for step := steps + 1; step <= s.maxSteps; step++ {
		if step%s.pollInterval == 0 && ctx.Err() != nil {
			return outcome{}, ctx.Err()
		}
		largestE, largestI, nan := s.state.Step(&s.net, &s.constants)
		if nan {
			return outcome{}, errNaN{}
		}
		if record != nil {
			record(s.state.RE, s.state.RI)
		}
		if s.isSettled(largestE, largestI) {
			return outcome{settled: true, steps: step}, nil
		}
	}
	return outcome{steps: s.maxSteps}, nil
}

// isSettled reports whether a state has settled if its largest steps are these.
func (s *settler) isSettled(largestE, largestI float32) bool {
	return largestE < float32(s.constants.KE*s.maxDr) && largestI < float32(s.constants.KI*s.maxDr)
}
