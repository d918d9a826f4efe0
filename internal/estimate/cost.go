package estimate

import "math"

// CPU time in seconds of what a Pilot does not measure, on the machine that these numbers were measured on: one core of an AMD EPYC
// with AVX-512. A Pilot's Machine says how much slower this machine is.
const (
	perProduct = 0.55e-9 // measures: of a pair of E neurons and a stimulus
	perRank    = 2.4e-9  // measures: of an E neuron and a stimulus, times the logarithm of the stimuli
	perSynapse = 40e-9   // drawing one that is not E→E
	perValue   = 15e-9   // PERTURB: binning a rate change
	perByte    = 14e-9   // writing, and hashing twice
	perTask    = 18e-3   // the queue, the log, the file's structure
	perSource  = 6e-3    // PERTURB: reading the source, besides its size
	setupTime  = 0.47e-3 // of the network that calibrates a Pilot
)

// parts are the parts of a cost in seconds.
type parts struct {
	sampled  float64 // by measurements at the point, or near it
	formulas float64 // by the constants above
}

func (p parts) total() float64 { return p.sampled + p.formulas }

// cost is the CPU time of so many tasks of one point, which have these counts together. trainedSteps are the steps of a trained stimulus,
// on average; machine is that of Measured.
func (o *Observation) cost(k kind, tasks int64, c counts, trainedSteps, machine float64) parts {
	e, s3 := float64(k.nPerAxis*k.nPerAxis*k.nPerAxis), float64(k.nStimuli*k.nStimuli*k.nStimuli)
	measure := perProduct*e*e*s3 + perRank*e*s3*math.Log2(s3)
	synapses := 2*e*math.Floor(e/8) + math.Floor(e/8)*math.Floor(e/8)
	sampled := o.Setup + float64(c.settled)*o.Steps*o.Step
	if c.trained > 0 {
		sampled += float64(c.trained) * (trainedSteps*o.Training.Step + o.Training.Learn)
	}
	formulas := float64(c.measured)*measure + float64(tasks)*(perTask+synapses*perSynapse) + float64(c.values)*perValue +
		float64(c.bytes)*perByte
	if c.values > 0 {
		formulas += float64(tasks) * perSource
	}
	return parts{sampled, machine * formulas}
}
