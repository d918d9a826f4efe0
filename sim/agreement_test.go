package sim

import (
	"math"
	"testing"
)

// comparison compares a result with a golden case.
type comparison struct {
	*testing.T
	*golden
	seen map[string]bool
}

func widen[T float32 | int32 | int64](x []T) []float64 {
	out := make([]float64, len(x))
	for n, v := range x {
		out[n] = float64(v)
	}
	return out
}

// of returns the golden values of a name, after a look at the length of ours.
func (c *comparison) of(name string, got int) []float64 {
	c.Helper()
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	c.seen[name] = true
	want, ok := c.values[name]
	if ok && len(want) != got {
		c.Errorf("%s: %d values, want %v", name, got, c.shape[name])
		return nil
	}
	return want
}

func bounded(x float64) bool { return x-x == 0 }

func largest(x []float64) float64 {
	m := 1e-30
	for _, v := range x {
		if bounded(v) {
			m = max(m, math.Abs(v))
		}
	}
	return m
}

// relative checks that values agree within a fraction of the largest, and NaN with NaN.
func (c *comparison) relative(name string, got []float64, bound float64) {
	c.Helper()
	want := c.of(name, len(got))
	if want == nil {
		return
	}
	c.within(name, got, want, bound*largest(want))
}

// within checks that values agree within an absolute bound, and NaN with NaN.
func (c *comparison) within(name string, got, want []float64, bound float64) {
	c.Helper()
	worst := 0.0
	for n, w := range want {
		if bounded(w) != bounded(got[n]) {
			c.Errorf("%s[%d] = %v, want %v", name, n, got[n], w)
			return
		}
		if bounded(w) {
			worst = max(worst, math.Abs(w-got[n]))
		}
	}
	if !(worst <= bound) {
		c.Errorf("%s: off by %.3g, allowed %.3g", name, worst, bound)
	}
}

// few is how many of n stimuli rounding may move.
func few(n int) int { return max(n*5/1000, 4) }

// perStimulus checks that all but a few stimuli agree within 1e-4 of the largest value, and
// those within 5e-3.
func (c *comparison) perStimulus(name string, got, want []float64, values int) {
	c.Helper()
	if want == nil {
		return
	}
	scale, off, worst := largest(want), 0, 0.0
	for s := 0; s < len(want); s += values {
		d := 0.0
		for n := s; n < s+values; n++ {
			if bounded(got[n]) != bounded(want[n]) {
				c.Errorf("%s[%d] = %v, want %v", name, n, got[n], want[n])
				return
			}
			if bounded(want[n]) {
				d = max(d, math.Abs(got[n]-want[n])/scale)
			}
		}
		if d > 1e-4 {
			off++
		}
		worst = max(worst, d)
	}
	if off > few(len(want)/values) || worst > 5e-3 {
		c.Errorf("%s: %d of %d stimuli off, the largest by %.3g", name, off, len(want)/values, worst)
	}
}

func (c *comparison) training(r *TrainingResult) {
	p := &c.task.Parameters
	same := c.steps(r.StepsToConverge)
	c.relative("wii", widen(r.WII), 2e-7)
	c.relative("wei_init", widen(r.WEIInit), 2e-7)
	c.relative("wie_init", widen(r.WIEInit), 2e-7)
	for name, w := range map[string][]float32{"wee": r.WEE, "wei": r.WEI, "wie": r.WIE, "afferents": r.Afferents,
		"stimulus_pref": r.StimulusPref, "max_inh_syn_change": r.MaxInhSynChange} {
		c.relative(name, widen(w), 1e-4)
	}
	for name, x := range map[string][]float32{"responses_exc": r.ResponsesExc, "exc_in": r.ExcIn, "inh_in": r.InhIn} {
		c.perStimulus(name, widen(x), c.of(name, len(x)), p.NE())
	}
	c.perStimulus("responses_inh", widen(r.ResponsesInh), c.of("responses_inh", len(r.ResponsesInh)), p.NI())
	c.recordingMu(r.RecordingMu)
	c.recordingRI(r.RecordingRI)
	c.angles("angles_ie", r.AnglesIE, same)
	c.angles("angles_ei", r.AnglesEI, same)
	c.relative("correlations_ee", r.CorrelationsEE, 1e-3)
	c.relative("response_sim", r.ResponseSim, 1e-3)
	c.relative("response_sim_ee", r.ResponseSimEE, 1e-3)
	c.within("osi_e", widen(r.OsiE), c.of("osi_e", len(r.OsiE)), 2e-3)
	c.within("osi_i", widen(r.OsiI), c.of("osi_i", len(r.OsiI)), 2e-3)
	c.rankCorrelations(r)
}

// steps compares the steps and returns where they are equal.
func (c *comparison) steps(got []int32) (same []bool) {
	want := c.of("steps_to_converge", len(got))
	off := 0
	for n, w := range want {
		d := math.Abs(float64(got[n]) - w)
		same = append(same, d == 0)
		if d > 0 {
			off++
		}
		if d > 2 {
			c.Fatalf("steps_to_converge[%d] = %d, want %v", n, got[n], w)
		}
	}
	if off > few(len(want)) {
		c.Errorf("steps_to_converge: %d of %d stimuli off", off, len(want))
	}
	c.Logf("%d of %d stimuli take other steps", off, len(want))
	return same
}

// recordingMu is held column by column.
func (c *comparison) recordingMu(mu []float32) {
	want := c.of("recording_mu", len(mu))
	for column := range 8 {
		var g, w []float64
		for n := column; n < len(want); n += 8 {
			g, w = append(g, float64(mu[n])), append(w, want[n])
		}
		c.perStimulus("recording_mu", g, w, 1)
	}
}

// recordingRI is held over the steps that both have.
func (c *comparison) recordingRI(recording []float32) {
	p := &c.task.Parameters
	if want := c.values["recording_ri"]; len(want) > 0 {
		columns := c.shape["recording_ri"][1]
		var g, w []float64
		for n := range p.NI() {
			for t := range columns {
				if v := float64(recording[n*p.Numint.MaxSteps+t]); bounded(v) || t < columns-2 {
					g, w = append(g, v), append(w, want[n*columns+t])
				}
			}
		}
		c.within("recording_ri", g, w, 1e-4*largest(w))
	}
	c.seen["recording_ri"] = true
}

// angles are held where the steps agree; the published file has one 0 where they
// were not measured.
func (c *comparison) angles(name string, got []float32, same []bool) {
	c.seen[name] = true
	want := c.values[name]
	if len(want) == 1 || got == nil {
		if len(want) != 1 || got != nil {
			c.Errorf("%s: %d values, want %d", name, len(got), len(want))
		}
		return
	}
	for n, w := range want {
		if g := float64(got[n]); same[n] && (bounded(g) != bounded(w) || math.Abs(g-w) > 2e-3) {
			c.Errorf("%s[%d] = %v, want %v", name, n, g, w)
			return
		}
	}
}

// rankCorrelations: where a current is constant but for rounding, rounding
// decides its ranks, so a share of neurons may differ.
func (c *comparison) rankCorrelations(r *TrainingResult) {
	cc, cp := c.of("cc", len(r.CC)), c.of("cp", len(r.CP))
	off := 0
	for n, w := range cc {
		if d := math.Abs(float64(r.CC[n]) - w); d > 5e-3 {
			off++
		} else if d < 1e-5 && !(math.Abs(float64(r.CP[n])-cp[n]) <= 5e-3) {
			c.Errorf("cp[%d] = %v, want %v", n, r.CP[n], cp[n])
		}
	}
	if off > len(cc)/4 {
		c.Errorf("cc: %d of %d neurons off", off, len(cc))
	}
}

func (c *comparison) perturbation(r *PerturbationResult) {
	p := &c.task.Parameters
	c.within("perturbed", widen(r.Perturbed), c.of("perturbed", len(r.Perturbed)), 0)
	c.perStimulus("rate_change", widen(r.RateChange), c.of("rate_change", len(r.RateChange)), p.NE())
	c.perStimulus("responses_exc", widen(r.ResponsesExc), c.of("responses_exc", len(r.ResponsesExc)), p.NE())
	for name, x := range map[string][]float64{"correlation_bins": r.CorrelationBins, "correlation_mean": r.CorrelationMean,
		"correlation_sem": r.CorrelationSem, "original_bins": r.OriginalBins} {
		c.relative(name, x, 1e-4)
	}
	for name, x := range map[string][]float64{"correlations_ee": r.CorrelationsEE, "response_sim_ee": r.ResponseSimEE,
		"wee": widen(r.WEE), "wei": widen(r.WEI), "wie": widen(r.WIE), "wii": widen(r.WII)} {
		c.relative(name, x, 0)
	}
}
