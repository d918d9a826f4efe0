package sim

import (
	"fmt"
	"math"
	"slices"
)

// The log holds the facts that the published program prints (docs/model.md#what-is-stored), and
// no times: it is part of the result.

func (s *Simulation) logf(format string, args ...any) {
	s.state.log = append(s.state.log, fmt.Sprintf(format, args...))
}

// logWeights logs the weights that the task starts from.
func (s *Simulation) logWeights() {
	p, t := s.p, s.state.training
	s.logf("%s, seed %d: %d E and %d I neurons, %d stimuli", s.task.Experiment, s.task.Seed, p.NE(), p.NI(), p.NStimuli())
	s.logMatrix("wee", s.net.wee, p.NE(), p.Sy.E2E)
	s.logMatrix("wei", t.ei.W.Unpack(), p.NE(), p.Sy.I2E)
	s.logMatrix("wie", t.ie.W.Unpack(), p.NI(), p.Sy.E2I)
	s.logMatrix("wii", s.net.wii, p.NI(), p.Sy.I2I)
	s.logf("alpha_ei %.6g, largest %.6g; alpha_ie %.6g, largest %.6g", t.ei.alpha, t.ei.largest, t.ie.alpha, t.ie.largest)
}

// logMatrix logs statistics of a matrix with that many rows.
func (s *Simulation) logMatrix(name string, w []float32, rows int, c Connection) {
	count, sum, square := 0, 0.0, 0.0
	for _, w := range w {
		if w > 0 {
			count++
		}
		sum += float64(w)
		square += float64(float64(w) * float64(w))
	}
	if count == 0 {
		s.logf("%s: no synapses", name)
		return
	}
	mean := sum / float64(count)
	sd := math.Sqrt(max(0, square/float64(count)-float64(mean*mean)))
	s.logf("%s: %.4f of all pairs connected, mean weight %.6g, standard deviation %.6g, largest %.6g, total onto a neuron %.6g of %.6g",
		name, float64(count)/float64(len(w)), mean, sd, slices.Max(w), sum/float64(rows), c.WTotal)
}

// logTrial logs the trial that has just ended.
func (s *Simulation) logTrial(aborted bool) {
	t, s3 := s.state.training, s.p.NStimuli()
	shown := s3
	if aborted {
		shown = t.order.number() + 1
	}
	n := t.number(s.p)
	steps := t.steps[n*s3 : n*s3+shown]
	sum := 0
	for _, k := range steps {
		sum += int(k)
	}
	s.logf(trialFormat, t.phase+1, phases(s.p), t.trial+1, s.p.Numint.EveryN, slices.Min(steps), slices.Max(steps),
		float64(sum)/float64(shown), s.state.unsettled)
	s.state.unsettled = 0
}

// logResponses logs the responses of a phase.
func (s *Simulation) logResponses(m *measures) {
	t := s.state.training
	s.logf(responsesFormat, slices.Max(t.responsesE), meanOf(t.responsesE), slices.Max(t.responsesI), meanOf(t.responsesI),
		s.state.unsettled)
	sum, known, weak := 0.0, 0, 0
	for n, cc := range m.cc {
		if cc == cc {
			sum += float64(cc)
			known++
		}
		if m.cp[n] > 1e-3 {
			weak++
		}
	}
	s.logf("correlation of excitation and inhibition: mean %.4f over %d neurons, p > 0.001 in %.1f %%",
		sum/float64(known), known, 100*float64(weak)/float64(len(m.cp)))
}

func meanOf(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	return sum / float64(len(x))
}
