package sim

import (
	"context"

	"eisweep/sim/internal/kernel"
)

// train shows the network one stimulus of a trial and learns from it (docs/model.md#training).
func (s *Simulation) train(ctx context.Context) error {
	out, err := s.present(ctx)
	if err != nil {
		return err
	}
	return s.learnFrom(ctx, out)
}

// present settles the network under the next stimulus.
func (s *Simulation) present(ctx context.Context) (outcome, error) {
	at := s.state.training.order.at()
	s.settler.input.stimulus(s.settler.x, at)
	return s.settle(ctx, at, s.settler.x, nil)
}

// learnFrom learns from the stimulus that was presented, keeps the records, and moves on to
// the next one. If the context ends, it changes nothing.
func (s *Simulation) learnFrom(ctx context.Context, out outcome) error {
	t := s.state.training
	at := t.order.at()
	learns := out.settled
	if learns {
		s.findError()
	}
	if learns && s.gradient != nil {
		if err := s.findGradient(ctx); err != nil {
			return err
		}
	}

	s.state.count(out)
	t.converged = out.settled
	n := t.number(s.p)*s.p.NStimuli() + t.order.number()
	t.steps[n] = int32(out.steps)
	if !out.settled && s.p.Numint.DoAbort {
		return s.endTrial(at, true)
	}
	s.remember(at)
	if learns {
		s.learn(n)
	}
	s.recordMoments(n)
	if !t.order.next() {
		return s.endTrial(at, false)
	}
	return nil
}

// findGradient computes the exact gradient at the settled state, whose error is in s.scratch.
func (s *Simulation) findGradient(ctx context.Context) error {
	t, net, tolerance := s.state.training, s.settler.state, angleTolerance
	if s.p.Pl.PlasticityTypeEI == RuleGradient {
		tolerance = gradientTolerance
	}
	return s.gradient.solve(ctx, t.ei.W, t.ie.W, net.HE, net.HI, s.scratch.e, tolerance)
}

// findError sets ε = h_e − rho0.
func (s *Simulation) findError() {
	for n, h := range s.settler.state.HE {
		s.scratch.e[n] = h - s.p.Pl.Rho0
	}
}

// learn updates the plastic weights by the rules of docs/model.md#learning-rules, and keeps the
// angles of this stimulus, which is number n of the task. Everything is computed
// from the weights as they were before the update.
func (s *Simulation) learn(n int) {
	t, net, e := s.state.training, s.settler.state, s.scratch.e
	byGradient := s.p.Pl.PlasticityTypeEI == RuleGradient
	if !byGradient || t.anglesIE != nil {
		s.findFeedback()
	}
	if byGradient {
		update(t.ei, t.ei.Adam, s.gradient.post, net.RI)
		update(t.ie, t.ie.Adam, s.gradient.back, net.RE)
	} else {
		update(t.ei, t.ei.Descend, e, net.RI)
		update(t.ie, s.descendInhibitory, s.scratch.feedback, net.RE)
	}
	if t.anglesEI != nil {
		t.anglesEI[n] = t.ei.angle(s.gradient.post, e)
	}
	if t.anglesIE != nil {
		t.anglesIE[n] = t.ie.angle(s.gradient.back, s.scratch.feedback)
	}
}

func update(y *plastic, rule func(post, pre []float32), post, pre []float32) {
	if y.eta > 0 {
		rule(post, pre)
	}
}

// descendInhibitory updates E→I, and scales its rows under APPROXIMATE.
func (s *Simulation) descendInhibitory(post, pre []float32) {
	ie := s.state.training.ie
	if s.p.Pl.PlasticityTypeIE == RuleApproximate {
		ie.DescendScaled(post, pre, ie.total)
	} else {
		ie.Descend(post, pre)
	}
}

// findFeedback sets σ(h_i)·(P ε), the error that reaches the I neurons: through
// P = wie (or v_ie) under APPROXIMATE, through weiᵀ (or v_eiᵀ) under BACKPROP and
// for the angle of GRADIENT.
func (s *Simulation) findFeedback() {
	t, e, feedback := s.state.training, s.scratch.e, s.scratch.feedback
	approximate, weights := s.p.Pl.PlasticityTypeIE == RuleApproximate, s.p.Pl.BPWeights
	switch {
	case approximate && weights:
		t.ie.W.Mul(feedback, e)
	case approximate:
		t.ie.V.Mul(feedback, e)
	case weights:
		t.ei.W.MulTransposed(feedback, e)
	default:
		t.ei.V.MulTransposed(feedback, e)
	}
	kernel.Logistic(s.scratch.slope, s.settler.state.HI)
	for j, slope := range s.scratch.slope {
		feedback[j] = float32(slope * feedback[j])
	}
}

// remember stores the inhibitory input of this stimulus, with wei as it was before the update.
func (s *Simulation) remember(at [3]int) {
	t := s.state.training
	if t.history == nil {
		return
	}
	net := s.settler.state
	net.Inhibition(&s.settler.net, net.RI, s.scratch.inh)
	copy(t.historyOf(s.p, t.trial)[stimulusNumber(at, s.p.Inp.NStimuli)*s.p.NE():], s.scratch.inh)
}

// historyOf returns the inhibitory input of one of the last trials, (s, s, s, n_e).
func (t *trainingState) historyOf(p *Parameters, trial int) []float32 {
	size := p.NStimuli() * p.NE()
	slot := trial % (len(t.history) / size)
	return t.history[slot*size : (slot+1)*size]
}

// recordMoments stores mean and variance of re, ri, wei and wie after the update.
func (s *Simulation) recordMoments(n int) {
	t, net := s.state.training, s.settler.state
	mu := t.mu[n*8 : n*8+8]
	mu[0], mu[1] = moments(net.RE)
	mu[2], mu[3] = moments(net.RI)
	copy(mu[4:], t.ei.Moments[:])
	copy(mu[6:], t.ie.Moments[:])
}

// moments returns the mean and the population variance, summed in four strands.
func moments(x []float32) (mean, variance float32) {
	var sum, square [4]float64
	for n, v := range x {
		v := float64(v)
		sum[n&3] += v
		square[n&3] += float64(v * v)
	}
	n := float64(len(x))
	m := (sum[0] + sum[1] + sum[2] + sum[3]) / n
	q := (square[0] + square[1] + square[2] + square[3]) / n
	return float32(m), float32(max(0, q-float64(m*m)))
}

// endTrial completes a trial: it checks that the weights are finite, measures the change of
// inhibitory input, and starts the next trial or ends the phase. An aborted trial ends the
// phase, and its change is not computed.
func (s *Simulation) endTrial(at [3]int, aborted bool) error {
	t := s.state.training
	if what := t.notFinite(); what != "" {
		return s.numericError(at, what)
	}
	s.logTrial(aborted)
	still := false
	if !aborted && t.trial > 0 {
		largest, mean := t.inputChange(s.p)
		t.change[2*t.trial-2], t.change[2*t.trial-1] = largest, mean
		still = largest <= s.p.Pl.ConvergenceMax && mean <= s.p.Pl.ConvergenceMean
		s.logf("change of inhibitory input: largest %.4g, mean %.4g", largest, mean)
	}
	t.trial++
	if !aborted && !still && t.trial < s.p.Numint.EveryN {
		t.order.begin()
		return nil
	}
	s.endPhase(aborted, still)
	return nil
}

func (s *Simulation) endPhase(aborted, still bool) {
	t := s.state.training
	shown := t.trial * s.p.NStimuli()
	if aborted {
		shown += t.order.number() + 1 - s.p.NStimuli()
		s.logf(abortFormat, t.phase+1)
	} else if still && t.trial < s.p.Numint.EveryN {
		s.logf("%s", phaseEnd(s.state.log, t.phase+1))
	}
	s.state.skipped += int64(s.p.Numint.EveryN*s.p.NStimuli() - shown)
	s.state.unsettled = 0
	t.phase++
	t.response, t.history = 0, nil
	s.state.stage = respond
}

// beginPhase starts the first trial of a phase.
func (s *Simulation) beginPhase() {
	t := s.state.training
	t.trial = 0
	copy(t.change, nans(len(t.change)))
	t.order.begin()
	t.beginHistory(s.p)
	s.state.stage = train
}

// inputChange returns the maximum and the mean, over stimuli and E neurons, of
// |newest − oldest|/(m−1) of the inhibitory input over the last m ≤ 10 trials of the phase.
func (t *trainingState) inputChange(p *Parameters) (largest, mean float32) {
	m := min(t.trial+1, historyLength)
	newest, oldest := t.historyOf(p, t.trial), t.historyOf(p, t.trial-m+1)
	sum := 0.0
	for n, v := range newest {
		d := v - oldest[n]
		if d < 0 {
			d = -d
		}
		d /= float32(m - 1)
		largest = max(largest, d)
		sum += float64(d)
	}
	return largest, float32(sum / float64(len(newest)))
}

// notFinite names a plastic matrix with a value that is not finite; "" if there is none.
func (t *trainingState) notFinite() string {
	for _, y := range []struct {
		name string
		*plastic
	}{{"wei", t.ei}, {"wie", t.ie}} {
		w, v := y.Finite()
		if !w {
			return y.name
		}
		if !v {
			return "v of " + y.name + " (the variable that learning changes; the weights follow from it)"
		}
	}
	return ""
}

// trialsBegun returns how many trials of the task have started, including those that a phase
// which ended early left out.
func (t *trainingState) trialsBegun(p *Parameters, s stage) int {
	begun := t.phase * p.Numint.EveryN
	if s == train {
		begun += t.trial + 1
	}
	return begun
}
