package sim

// SettleCount returns the number of states that a task settles if no phase ends early: s³
// for each training trial and each measurement of all responses; for PERTURB s³ unpushed
// and s³ for each pushed neuron.
func SettleCount(e Experiment, p *Parameters) int64 {
	s3 := int64(p.NStimuli())
	switch {
	case e == Perturb:
		return s3 * int64(p.Perturb.NPerturbed+1)
	case p.Pl.IsPlastic == Neither:
		return s3
	default:
		phases := int64(p.Numint.NTrials / p.Numint.EveryN)
		return s3 * (int64(p.Numint.NTrials) + phases + 1)
	}
}
