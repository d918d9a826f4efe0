package estimate

import "eisweep/sim"

// The fraction of an array that remains after shuffle and deflate, as observed in result files.
const (
	ofNoise     = 0.88 // weights, correlations
	ofAngles    = 0.8
	ofMoments   = 0.67 // recording_mu
	ofRates     = 0.72 // and currents; many rates are 0
	ofResponses = 0.6  // rates alone
	ofChanges   = 0.54 // of rates, by pushes: many are 0
	ofRules     = 0.13 // wee, afferents: a few values in many places
	ofRecording = 0.13 // mostly NaN after the state settled
	ofSteps     = 0.3
	ofRepeats   = 0.01 // all_correlations: one row again and again
	ofNodes     = 47e3 // attributes, chunk indices, the log's start
)

// Bytes estimates the size of a task's result file.
func Bytes(x sim.Experiment, p *sim.Parameters) int64 {
	e, i, s := float64(p.NE()), float64(p.NI()), float64(p.NStimuli())
	wee, weights := 4*e*e, 4*(2*e*i+i*i)
	if x == sim.Perturb {
		rates := 4 * float64(p.Perturb.NPerturbed) * s * e
		return int64(ofNodes + ofRules*wee + ofNoise*(weights+16*e*e) + ofChanges*rates + ofResponses*4*s*e + ofRepeats*rates)
	}
	shown, layers := s*float64(p.Numint.NTrials), float64(p.Numint.NTrials/max(1, p.Numint.EveryN)+1)
	if p.Pl.IsPlastic == sim.Neither {
		shown, layers = 0, 1
	}
	angles := 0.0
	if p.Pl.ComputeGradientAngles {
		angles = 8 * shown
	}
	rules, rates := wee+4*s*e, 4*s*(3*e+i)
	noise := weights + 16*e*i + 8*(e*i+e*e+e*e*layers)
	recording := 4 * float64(p.Numint.MaxSteps) * (e + i)
	history := shown * (ofMoments*32 + ofSteps*4)
	return int64(ofNodes + ofRules*rules + ofRates*rates + ofNoise*noise + ofRecording*recording + ofAngles*angles + history)
}
