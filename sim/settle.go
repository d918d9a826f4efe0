package sim

import (
	"context"
	"slices"

	"eisweep/sim/internal/kernel"
)

// settler runs the network under one stimulus until it is still (docs/model.md#settling).
type settler struct {
	net       kernel.Network
	constants kernel.Constants
	state     *kernel.State
	input     *input
	x         []float32 // the stimulus
	re0, ri0  float32   // the rates it starts from
	maxDr     float32
	maxSteps  int
	patience  int // steps between two looks at the context
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
	s.patience = max(1, weights/(nE*nE+100))
	return s
}

// connect takes the weights that don't learn; a wee of zeros is left out.
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

// errNaN is settle's error for a NaN; the caller says where.
type errNaN struct{}

func (errNaN) Error() string { return "a rate is not a number" }

// settle runs the network under stimulus x from the start state until the
// largest step of the unclipped neurons is below k·max_dr in both populations or
// max_steps is reached. The state is left in s.state. record, if not nil, is
// called with the rates after each step. It returns the context's error soon
// after that ends, and errNaN as soon as a step is NaN.
func (s *settler) settle(ctx context.Context, x []float32, record func(re, ri []float32)) (outcome, error) {
	s.state.Begin(x, s.re0, s.ri0)
	return s.goOn(ctx, 0, record)
}

// goOn settles from a state that has taken so many steps already.
func (s *settler) goOn(ctx context.Context, steps int, record func(re, ri []float32)) (outcome, error) {
	for step := steps + 1; step <= s.maxSteps; step++ {
		if step%s.patience == 0 && ctx.Err() != nil {
			return outcome{}, ctx.Err()
		}
		largestE, largestI, nan := s.state.Step(&s.net, &s.constants)
		if nan {
			return outcome{}, errNaN{}
		}
		if record != nil {
			record(s.state.RE, s.state.RI)
		}
		if s.still(largestE, largestI) {
			return outcome{settled: true, steps: step}, nil
		}
	}
	return outcome{steps: s.maxSteps}, nil
}

// still reports whether steps so large at most are those of a settled state.
func (s *settler) still(largestE, largestI float32) bool {
	return largestE < float32(s.constants.KE*s.maxDr) && largestI < float32(s.constants.KI*s.maxDr)
}
