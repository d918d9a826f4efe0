package sim

import (
	"context"
	"math"

	"eisweep/sim/internal/elementary"
)

// measures are what is computed of the responses after a phase (docs/model.md#measures).
type measures struct {
	correlationsEE             []float64
	excIn, inhIn               []float32
	cc, cp                     []float32
	responseSim, responseSimEE []float64 // of the last phase only, as what follows
	osiE, osiI                 []float32
}

// measure computes the measures of the responses as they stand.
func (s *Simulation) measure(ctx context.Context, last bool) (*measures, error) {
	t, nE, nI := s.state.training, s.p.NE(), s.p.NI()
	m := new(measures)
	centred, err := profiles(ctx, t.responsesE, nE, true)
	if err != nil {
		return nil, err
	}
	if m.correlationsEE, err = products(ctx, centred, centred); err != nil {
		return nil, err
	}
	if m.excIn, m.inhIn, err = s.currents(ctx); err != nil {
		return nil, err
	}
	if m.cc, m.cp, err = rankCorrelations(ctx, m.excIn, m.inhIn, nE); err != nil || !last {
		return m, err
	}
	e, err := profiles(ctx, t.responsesE, nE, false)
	if err != nil {
		return nil, err
	}
	i, err := profiles(ctx, t.responsesI, nI, false)
	if err != nil {
		return nil, err
	}
	if m.responseSimEE, err = products(ctx, e, e); err != nil {
		return nil, err
	}
	if m.responseSim, err = products(ctx, e, i); err != nil {
		return nil, err
	}
	m.osiE, m.osiI = orientation(t.responsesE, nE, s.p.Inp.NStimuli), orientation(t.responsesI, nI, s.p.Inp.NStimuli)
	return m, nil
}

// profiles are the responses of each of n neurons over the stimuli, scaled to
// length 1, so that their products are cosines; centred on their means first,
// products are Pearson correlations. A silent neuron's profile is NaN, and a
// constant one's where it is centred.
func profiles(ctx context.Context, responses []float32, n int, centred bool) ([][]float64, error) {
	out, look := make([][]float64, n), patience{ctx: ctx}
	for i := range out {
		if err := look.after(len(responses) / n); err != nil {
			return nil, err
		}
		x := make([]float64, len(responses)/n)
		sum, constant := 0.0, true
		for s := range x {
			x[s] = float64(responses[s*n+i])
			sum += x[s]
			constant = constant && x[s] == x[0]
		}
		if centred {
			for s := range x {
				x[s] -= sum / float64(len(x))
			}
		}
		length := norm(x)
		if centred && constant {
			length = math.NaN()
		}
		for s := range x {
			x[s] /= length // 0/0 is NaN
		}
		out[i] = x
	}
	return out, nil
}

// products are the dot products of two sets of profiles, row by row, clamped to
// [−1, 1]. The matrix of a set with itself is computed once above the diagonal.
func products(ctx context.Context, a, b [][]float64) ([]float64, error) {
	m := make([]float64, len(a)*len(b))
	same := len(a) == len(b) && &a[0] == &b[0]
	look := patience{ctx: ctx}
	for i, x := range a {
		first := 0
		if same {
			first = i
		}
		for j := first; j < len(b); j++ {
			if err := look.after(len(x)); err != nil {
				return nil, err
			}
			c := dot(x, b[j])
			if c > 1 {
				c = 1
			} else if c < -1 {
				c = -1
			}
			m[i*len(b)+j] = c
			if same {
				m[j*len(b)+i] = c
			}
		}
	}
	return m, nil
}

// rankCorrelations are Spearman's of exc and inh over stimuli for each of n
// neurons, and their two-sided p by Student's t; a p that is not finite is 0.
func rankCorrelations(ctx context.Context, exc, inh []float32, n int) (cc, cp []float32, err error) {
	cc, cp = make([]float32, n), make([]float32, n)
	stimuli := len(exc) / n
	x, y := newRanks(stimuli), newRanks(stimuli)
	for i := range n {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		x.find(exc, i, n)
		y.find(inh, i, n)
		r := x.correlation(y)
		cc[i] = float32(r)
		df := float64(stimuli - 2)
		p := elementary.StudentTwoSided(float64(r*math.Sqrt(df/float64((1+r)*(1-r)))), df)
		if df > 0 && isFinite(p) {
			cp[i] = float32(p)
		}
	}
	return cc, cp, nil
}

// orientation is the selectivity of each of n neurons: with (i, j) the place of
// the largest response averaged over the third axis, |Σ r_k e^{iθ_k}| / Σ r_k of
// the responses r along the third axis there. The first of equal maxima counts.
func orientation(responses []float32, n, s int) []float32 {
	sin, cos := make([]float64, s), make([]float64, s)
	for k := range s {
		sin[k], cos[k] = elementary.SinCos(location(k, s))
	}
	osi := make([]float32, n)
	for i := range osi {
		along := func(place, k int) float64 { return float64(responses[(place*s+k)*n+i]) }
		best, largest := 0, math.Inf(-1)
		for place := range s * s {
			sum := 0.0
			for k := range s {
				sum += along(place, k)
			}
			if sum > largest {
				best, largest = place, sum
			}
		}
		re, im := 0.0, 0.0
		for k := range s {
			re += float64(along(best, k) * cos[k])
			im += float64(along(best, k) * sin[k])
		}
		osi[i] = float32(math.Sqrt(float64(re*re)+float64(im*im)) / largest)
	}
	return osi
}
