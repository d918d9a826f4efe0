package results

import "eisweep/sim"

// trainingNodes are the groups and arrays of APPROXIMATE and GRADIENT (docs/result-files.md#approximate-and-gradient).
func trainingNodes(p *sim.Parameters, t *sim.TrainingResult) []node {
	nodes := []node{
		group("/raw_data", perTask("converged", t.Converged)),
		group("/computed"),
		group("/sim_state", perTask("ei_min", t.EIMin), perTask("ie_min", t.IEMin)),
	}
	nodes = append(nodes, trainingRawData(p, t)...)
	nodes = append(nodes, trainingMeasures(p, t)...)
	return append(nodes, trainingState(p, t)...)
}

func trainingRawData(p *sim.Parameters, t *sim.TrainingResult) []node {
	return []node{
		array("/raw_data/steps_to_converge", int32s(t.StepsToConverge), t.Trials, p.NStimuli()),
		array("/raw_data/max_inh_syn_change", float32s(t.MaxInhSynChange), len(t.MaxInhSynChange)/2, 2),
		array("/raw_data/recording_re", float32s(t.RecordingRE), p.NE(), p.Numint.MaxSteps),
		array("/raw_data/recording_ri", float32s(t.RecordingRI), p.NI(), p.Numint.MaxSteps),
		array("/raw_data/recording_mu", float32s(t.RecordingMu), len(t.RecordingMu)/8, 4, 2),
		angles("/raw_data/angles_ie", t.AnglesIE),
		angles("/raw_data/angles_ei", t.AnglesEI),
	}
}

// angles stores a float64 zero for angles that were not measured, as the published files do.
func angles(path string, radians []float32) node {
	if radians == nil {
		return array(path, float64s{0}, 1)
	}
	return array(path, float32s(radians), len(radians))
}

func trainingMeasures(p *sim.Parameters, t *sim.TrainingResult) []node {
	ne, ni, s := p.NE(), p.NI(), p.Inp.NStimuli
	return []node{
		array("/computed/responses_exc", float32s(t.ResponsesExc), s, s, s, ne),
		array("/computed/responses_inh", float32s(t.ResponsesInh), s, s, s, ni),
		array("/computed/exc_in", float32s(t.ExcIn), s, s, s, ne),
		array("/computed/inh_in", float32s(t.InhIn), s, s, s, ne),
		array("/computed/response_sim", float64s(t.ResponseSim), ne, ni),
		array("/computed/response_sim_ee", float64s(t.ResponseSimEE), ne, ne),
		array("/computed/cc", float32s(t.CC), ne),
		array("/computed/cp", float32s(t.CP), ne),
		array("/computed/osi_e", float32s(t.OsiE), ne),
		array("/computed/osi_i", float32s(t.OsiI), ni),
		array("/computed/correlations_ee", float64s(t.CorrelationsEE), ne, ne, t.Layers),
	}
}

func trainingState(p *sim.Parameters, t *sim.TrainingResult) []node {
	ne, ni, s := p.NE(), p.NI(), p.Inp.NStimuli
	return append(weights(p, t.WEE, t.WEI, t.WIE, t.WII),
		array("/sim_state/wei_init", float32s(t.WEIInit), ne, ni),
		array("/sim_state/wie_init", float32s(t.WIEInit), ni, ne),
		array("/sim_state/zei", float32s(t.ZEI), ne, ni),
		array("/sim_state/zie", float32s(t.ZIE), ni, ne),
		array("/sim_state/stimulus_pref", float32s(t.StimulusPref), ne, 3),
		array("/sim_state/afferents", float32s(t.Afferents), s, s, s, ne))
}

func weights(p *sim.Parameters, wee, wei, wie, wii []float32) []node {
	ne, ni := p.NE(), p.NI()
	return []node{
		array("/sim_state/wee", float32s(wee), ne, ne),
		array("/sim_state/wei", float32s(wei), ne, ni),
		array("/sim_state/wie", float32s(wie), ni, ne),
		array("/sim_state/wii", float32s(wii), ni, ni),
	}
}
