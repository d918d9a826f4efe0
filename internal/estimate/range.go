package estimate

import "math"

// Level is the probability that a Range is meant to contain the truth.
const Level = 0.9

// quantile is that of the normal distribution for Level on both sides.
const quantile = 1.6449

// Range is an estimate and the interval that contains the truth with probability Level.
type Range struct{ Low, Centre, High float64 }

// rangeOf returns the range whose logarithm has a standard deviation.
func rangeOf(centre, deviation float64) Range {
	factor := math.Exp(quantile * deviation)
	return Range{centre / factor, centre, centre * factor}
}

// Contains reports whether a value is inside.
func (r Range) Contains(x float64) bool { return r.Low <= x && x <= r.High }

// Off is how far the centre is from the truth, as a share of the truth: above 0 if it was too high.
func (r Range) Off(truth float64) float64 { return r.Centre/truth - 1 }

// The relative standard deviations of what an estimate is made from.
const (
	ofSpeed    = 0.06 // the time of a step: other programs share caches and memory with a run
	ofFormulas = 0.25 // what is not measured
	ofUnseen   = 0.20 // the steps of training that a Pilot did not reach, which learning changes
	ofSeeds    = 0.05 // the steps of another seed of the same point
	ofResults  = 0.05 // steps by results of the same point
	ofSmaller  = 0.30 // a smaller network was measured
	ofPoint    = 0.10 // a point that was not measured, besides the spread of its neighbours
	ofBytes    = 0.07 // how well files compress
	ofPushed   = 0.12 // how well results of PERTURB compress: how many neurons respond differs

	// together is how much of the uncertainty of points is common to all: what makes one need more steps acts on others, too.
	together = 0.5
)
