package sim

import (
	"math"
	"sync"

	"eisweep/sim/internal/elementary"
)

// input is the afferent input to the E neurons (docs/model.md#stimuli). It is immutable.
type input struct {
	perAxis, stimuli int
	tuning           []float32 // (perAxis, stimuli), the same on every axis
	peak, background float32
	afferents        func() []float32 // all stimuli, (s, s, s, n_e); computed once
}

func newInput(p *Parameters) *input {
	tuning := axisTuning(p.Ng.Exc.NPerAxis, p.Inp.NStimuli, float64(p.Inp.VonmisesKappa))
	in := &input{perAxis: p.Ng.Exc.NPerAxis, stimuli: p.Inp.NStimuli, tuning: make([]float32, len(tuning)),
		peak: p.Inp.Exc.PeakStimulus, background: p.Inp.Exc.BgInput}
	for n, f := range tuning {
		in.tuning[n] = float32(f)
	}
	in.afferents = sync.OnceValue(in.allStimuli)
	return in
}

// location returns point number i of n on a circle: −π, −π + 2π/n, …
func location(i, n int) float64 {
	return float64(2*math.Pi*(float64(i)/float64(n))) - math.Pi
}

// axisTuning returns the table (neurons × locations) of one axis: the von Mises
// tuning f = exp(κ(cos(l − pref) − 1)) minus the table's minimum, divided by the
// maximum of what is left.
func axisTuning(neurons, locations int, kappa float64) []float64 {
	f := make([]float64, neurons*locations)
	lowest, highest := math.Inf(1), math.Inf(-1)
	for n := range neurons {
		for l := range locations {
			_, cos := elementary.SinCos(location(l, locations) - location(n, neurons))
			v := elementary.Exp(float64(kappa * (cos - 1)))
			f[n*locations+l] = v
			lowest, highest = min(lowest, v), max(highest, v)
		}
	}
	for n := range f {
		f[n] = (f[n] - lowest) / (highest - lowest)
	}
	return f
}

// stimulus writes the afferents of stimulus (i, j, k) to dst, one value a neuron:
// peak · f_0(i) f_1(j) f_2(k) + background, neuron (a, b, c) being tuned to x_b
// on axis 0, x_a on axis 1 and x_c on axis 2.
func (in *input) stimulus(dst []float32, at [3]int) {
	n, s := in.perAxis, in.stimuli
	for a := range n {
		f1 := in.tuning[a*s+at[1]]
		for b := range n {
			f01 := float32(in.tuning[b*s+at[0]] * f1)
			row := dst[(a*n+b)*n : (a*n+b+1)*n]
			for c := range row {
				row[c] = float32(in.peak*float32(f01*in.tuning[c*s+at[2]])) + in.background
			}
		}
	}
}

// allStimuli returns the table of afferents.
func (in *input) allStimuli() []float32 {
	s, nE := in.stimuli, in.perAxis*in.perAxis*in.perAxis
	x := make([]float32, s*s*s*nE)
	for n := range s * s * s {
		in.stimulus(x[n*nE:(n+1)*nE], stimulusAt(n, s))
	}
	return x
}

// preferences returns the stimuli that the neurons prefer, (n_e, 3): neuron
// (a, b, c) prefers (x_b, x_a, x_c).
func (in *input) preferences() []float32 {
	n := in.perAxis
	var pref []float32
	for a := range n {
		for b := range n {
			for c := range n {
				pref = append(pref, float32(location(b, n)), float32(location(a, n)), float32(location(c, n)))
			}
		}
	}
	return pref
}

// stimulusAt returns the place (i, j, k) of stimulus number n in row-major order.
func stimulusAt(n, s int) [3]int { return [3]int{n / (s * s), n / s % s, n % s} }

// stimulusNumber is the inverse of stimulusAt.
func stimulusNumber(at [3]int, s int) int { return (at[0]*s+at[1])*s + at[2] }
