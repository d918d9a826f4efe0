package results

import "eisweep/sim"

// perturbationNodes are the groups and arrays of PERTURB (docs/result-files.md#perturb).
func perturbationNodes(p *sim.Parameters, result *sim.Result) []node {
	r := result.Perturbation
	nodes := append([]node{group("/raw_data"), group("/computed"), group("/sim_state")},
		weights(p, r.WEE, r.WEI, r.WIE, r.WII)...)
	nodes = append(nodes, perturbationRawData(p, r, rateChange(p, result))...)
	return append(nodes, perturbationMeasures(p, r)...)
}

// rateChange is the array of the result, or the one in the task's spool.
func rateChange(p *sim.Parameters, r *sim.Result) values {
	changes := r.Perturbation.RateChange
	if changes == nil && r.Task != nil && r.Task.Spool != nil {
		return spooledFloat32s{r.Task.Spool, len(r.Perturbation.Perturbed) * p.NStimuli() * p.NE()}
	}
	return float32s(changes)
}

func perturbationRawData(p *sim.Parameters, r *sim.PerturbationResult, changes values) []node {
	ne, s, n := p.NE(), p.Inp.NStimuli, len(r.Perturbed)
	correlations := perturbedCorrelations{perturbed: r.Perturbed, rows: r.CorrelationsEE, stimuli: p.NStimuli(), ne: ne}
	return []node{
		array("/raw_data/perturbed", int64s(r.Perturbed), p.Perturb.NPerturbed),
		array("/raw_data/rate_change", changes, n, 1, s, s, s, ne),
		array("/raw_data/all_correlations", correlations, n, 1, s, s, s, ne),
	}
}

func perturbationMeasures(p *sim.Parameters, r *sim.PerturbationResult) []node {
	ne, s := p.NE(), p.Inp.NStimuli
	return []node{
		array("/computed/responses_exc", float32s(r.ResponsesExc), s, s, s, ne),
		array("/computed/response_sim_ee", float64s(r.ResponseSimEE), ne, ne),
		array("/computed/correlations_ee", float64s(r.CorrelationsEE), ne, ne),
		array("/computed/correlation_bins", float64s(r.CorrelationBins), 9),
		array("/computed/correlation_mean", float64s(r.CorrelationMean), 9),
		array("/computed/correlation_sem", float64s(r.CorrelationSem), 9),
		array("/computed/original_bins", float64s(r.OriginalBins), 10),
	}
}
