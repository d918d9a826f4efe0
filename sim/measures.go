package sim

import (
	"context"
	"math"

	"eisweep/sim/internal/elementary"
	"eisweep/sim/internal/stats"
)

// measures are computed from the responses after a phase (docs/model.md#measures).
type measures struct {
	correlationsEE             []float64
	excIn, inhIn               []float32
	cc, cp                     []float32
	responseSim, responseSimEE []float64 // of the last phase only, as what follows
	osiE, osiI                 []float32
}

// measure computes the measures of the current responses.
func (s *Simulation) measure(ctx context.Context, last bool) (*measures, error) {
	t, nE, nI := s.state.training, s.p.NE(), s.p.NI()
	m := new(measures)
	centred, err := stats.Profiles(ctx, t.responsesE, nE, true)
	if err != nil {
		return nil, err
	}
	if m.correlationsEE, err = stats.Products(ctx, centred, centred); err != nil {
		return nil, err
	}
	if m.excIn, m.inhIn, err = s.currents(ctx); err != nil {
		return nil, err
	}
	if m.cc, m.cp, err = stats.RankCorrelations(ctx, m.excIn, m.inhIn, nE); err != nil || !last {
		return m, err
	}
	e, err := stats.Profiles(ctx, t.responsesE, nE, false)
	if err != nil {
		return nil, err
	}
	i, err := stats.Profiles(ctx, t.responsesI, nI, false)
	if err != nil {
		return nil, err
	}
	if m.responseSimEE, err = stats.Products(ctx, e, e); err != nil {
		return nil, err
	}
	if m.responseSim, err = stats.Products(ctx, e, i); err != nil {
		return nil, err
	}
	m.osiE, m.osiI = orientation(t.responsesE, nE, s.p.Inp.NStimuli), orientation(t.responsesI, nI, s.p.Inp.NStimuli)
	return m, nil
}

// orientation returns the selectivity of each of n neurons: with (i, j) the place of
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
