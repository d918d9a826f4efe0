package sim

import (
	"context"
	"slices"
)

// respond measures the response to one stimulus with the current weights, in the current
// order of the trial's lists. After the last one of a phase it computes the measures and
// starts the next phase, if there is one.
func (s *Simulation) respond(ctx context.Context) error {
	t, s3 := s.state.training, s.p.NStimuli()
	at := t.order.fixed(t.response)
	last := t.response == s3-1
	var recordE, recordI []float32
	var record func(re, ri []float32)
	if last && t.phase == phases(s.p) {
		record = func(re, ri []float32) {
			recordE, recordI = append(recordE, re...), append(recordI, ri...)
		}
	}
	out, err := s.settleResponse(ctx, at, record)
	if err != nil {
		return err
	}
	keep := s.keepResponse(at)
	if last {
		if err := s.endResponses(ctx, out); err != nil {
			keep() // restore what was there
			return err
		}
		t.recordE, t.recordI = recordE, recordI
		return nil
	}
	s.state.count(out)
	t.response++
	return nil
}

// settleResponse settles the current stimulus. The following ones settle beside it, unless
// it is recorded.
func (s *Simulation) settleResponse(ctx context.Context, at [3]int, record func(re, ri []float32)) (outcome, error) {
	t, s3 := s.state.training, s.p.NStimuli()
	if record != nil {
		s.settler.input.stimulus(s.settler.x, at)
		return s.settle(ctx, at, s.settler.x, record)
	}
	if s.ahead == nil {
		end := s3
		if t.phase == phases(s.p) {
			end-- // the last one is recorded
		}
		s.ahead = newLookahead(s.settler, t.response, end, func(n int, x []float32) { s.settler.input.stimulus(x, t.order.fixed(n)) })
		s.ahead.cores = s.task.Cores
	}
	out, err := s.ahead.settle(ctx, t.response)
	return out, s.locate(err, at)
}

// keepResponse stores the settled rates and returns a function that restores the old ones.
func (s *Simulation) keepResponse(at [3]int) (undo func()) {
	t, n := s.state.training, stimulusNumber(at, s.p.Inp.NStimuli)
	e := t.responsesE[n*s.p.NE() : (n+1)*s.p.NE()]
	i := t.responsesI[n*s.p.NI() : (n+1)*s.p.NI()]
	oldE, oldI := slices.Clone(e), slices.Clone(i)
	copy(e, s.settler.state.RE)
	copy(i, s.settler.state.RI)
	return func() {
		copy(e, oldE)
		copy(i, oldI)
	}
}

// endResponses computes the measures of a phase and moves on to the next. If the context
// ends, it changes nothing.
func (s *Simulation) endResponses(ctx context.Context, out outcome) error {
	t := s.state.training
	m, err := s.measure(ctx, t.phase == phases(s.p))
	if err != nil {
		return err
	}
	s.ahead = nil // the weights are about to change
	s.state.count(out)
	t.layers = append(t.layers, m.correlationsEE)
	s.logResponses(m)
	s.state.unsettled = 0
	if t.phase == phases(s.p) {
		t.measures = m
		s.state.stage = finished
		return nil
	}
	s.beginPhase()
	return nil
}

// currents returns the inputs to the E neurons at all responses: exc = wee·re + x,
// inh = wei·ri, each (s, s, s, n_e).
func (s *Simulation) currents(ctx context.Context) (exc, inh []float32, err error) {
	t, nE, nI, s3 := s.state.training, s.p.NE(), s.p.NI(), s.p.NStimuli()
	exc, inh = make([]float32, s3*nE), make([]float32, s3*nE)
	for n := range s3 {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		row := exc[n*nE : (n+1)*nE]
		s.settler.state.Excitation(&s.settler.net, t.responsesE[n*nE:(n+1)*nE], row)
		s.settler.state.Inhibition(&s.settler.net, t.responsesI[n*nI:(n+1)*nI], inh[n*nE:(n+1)*nE])
		s.settler.input.stimulus(s.scratch.exc, stimulusAt(n, s.p.Inp.NStimuli))
		for i, x := range s.scratch.exc {
			row[i] += x
		}
	}
	return exc, inh, nil
}
