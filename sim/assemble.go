package sim

import (
	"math"
	"slices"
)

// trainingResult assembles the result of a training.
func (s *Simulation) trainingResult() *TrainingResult {
	t, p := s.state.training, s.p
	m, pref := t.measures, s.settler.input
	trials := len(t.steps) / p.NStimuli()
	return &TrainingResult{
		Trials: trials, Layers: len(t.layers),
		StepsToConverge: t.steps, MaxInhSynChange: t.change, RecordingMu: t.mu,
		RecordingRE: recording(t.recordE, p.NE(), p.Numint.MaxSteps),
		RecordingRI: recording(t.recordI, p.NI(), p.Numint.MaxSteps),
		AnglesIE:    t.anglesIE, AnglesEI: t.anglesEI, Converged: t.converged,
		ResponsesExc: t.responsesE, ResponsesInh: t.responsesI, ExcIn: m.excIn, InhIn: m.inhIn,
		ResponseSim: m.responseSim, ResponseSimEE: m.responseSimEE, CC: m.cc, CP: m.cp, OsiE: m.osiE, OsiI: m.osiI,
		CorrelationsEE: interleaved(t.layers),
		WEE:            s.net.wee, WEI: t.ei.W.Unpack(), WIE: t.ie.W.Unpack(), WII: s.net.wii,
		WEIInit: t.ei.init, WIEInit: t.ie.init, ZEI: t.ei.z, ZIE: t.ie.z,
		StimulusPref: pref.preferences(), Afferents: pref.afferents(),
		EIMin: lowestWeight(p.Sy.I2E, p.NI()), IEMin: lowestWeight(p.Sy.E2I, p.NE()),
	}
}

// lowestWeight is w_min/k, which is only reported.
func lowestWeight(c Connection, nPre int) float64 {
	return float64(c.WMin) / float64(synapses(c.P, nPre))
}

// recording turns rows of one step each into rows of one neuron each, with NaN after the
// last step.
func recording(steps []float32, neurons, maxSteps int) []float32 {
	out := nans(neurons * maxSteps)
	for t := range len(steps) / neurons {
		for n := range neurons {
			out[n*maxSteps+t] = steps[t*neurons+n]
		}
	}
	return out
}

// interleaved moves the layers to the last axis.
func interleaved(layers [][]float64) []float64 {
	out := make([]float64, len(layers)*len(layers[0]))
	for k, layer := range layers {
		for n, v := range layer {
			out[n*len(layers)+k] = v
		}
	}
	return out
}

func nans(n int) []float32 {
	return slices.Repeat([]float32{float32(math.NaN())}, n)
}

// perturbationResult assembles the result of a PERTURB.
func (s *Simulation) perturbationResult() *PerturbationResult {
	t, source := s.state.perturbing, s.task.Source
	r := &PerturbationResult{
		RateChange: t.change.whole, ResponsesExc: t.responsesE,
		ResponseSimEE: source.ResponseSimEE, CorrelationsEE: source.CorrelationsEE,
		CorrelationBins: t.bins.centres(), CorrelationMean: t.bins.mean, CorrelationSem: t.bins.sem, OriginalBins: t.bins.edges,
		WEE: source.WEE, WEI: source.WEI, WIE: source.WIE, WII: source.WII,
	}
	for _, n := range t.chosen {
		r.Perturbed = append(r.Perturbed, int64(n))
	}
	return r
}
