package sim

import (
	"context"
	"slices"

	"eisweep/sim/internal/kernel"
)

// excitation is wee, with the convolution that computes its products if all but a few of its
// entries form one. It is immutable.
type excitation struct {
	wee         []float32
	convolution *kernel.Convolution // nil: dense, or nothing at all
}

// newExcitation computes wee by the rule, or takes a task's own, which is treated as a
// convolution only if it has the same bits as the rule's.
func newExcitation(ctx context.Context, p *Parameters, own []float32) (*excitation, error) {
	return (*Cache)(nil).foundation(p).excitation(ctx, p, own)
}

// ruledExcitation computes wee by the rule.
func ruledExcitation(ctx context.Context, p *Parameters) (*excitation, error) {
	wee, rank, err := recurrentExcitation(ctx, p)
	if err != nil {
		return nil, err
	}
	e := &excitation{wee: wee}
	if rank != nil && convolvable(p) {
		e.convolution = rank.convolution(float64(p.Sy.E2E.WTotal))
	}
	return e, nil
}

// convolvable reports whether wee may be computed as a convolution. Only the 8 × 8 × 8 grid
// has a fast transform, which is never slower there than a dense product.
func convolvable(p *Parameters) bool { return p.Ng.Exc.NPerAxis == 8 && p.Sy.E2E.WTotal != 0 }

// Recurrence returns how products with wee are computed for a task that has no wee of its
// own: "convolution", "dense", or "none" if there are no such synapses. It depends on the
// parameters alone. The error is the context's.
func Recurrence(ctx context.Context, p *Parameters) (string, error) {
	if p.Sy.E2E.WTotal == 0 {
		return "none", nil
	}
	if !convolvable(p) {
		return "dense", nil
	}
	e, err := newExcitation(ctx, p, nil)
	if err != nil {
		return "", err
	}
	if e.convolution == nil {
		return "dense", nil
	}
	return "convolution", nil
}

// convolution returns wee as a convolution, or nil if that would need more than n_e
// exceptions, or if the entries of a displacement differ by 1e-7 of the largest or more:
// then the stimuli sample the tuning so coarsely that displacement alone does not decide.
// The weight of a displacement is the mean over the rows that have it if most rows do, else 0.
func (r *ranking) convolution(total float64) *kernel.Convolution {
	weights, spread := make([]float64, r.size), 0.0
	var exceptions []kernel.Exception
	for d := range weights {
		lowest, highest, count := r.displaced(d)
		spread = max(spread, highest-lowest)
		if 2*count > r.size {
			weights[d] = (lowest + highest) / 2
		}
		if exceptions = append(exceptions, r.exceptions(d, weights[d])...); len(exceptions) > r.size {
			return nil
		}
	}
	if spread >= float64(1e-7*slices.Max(weights)) {
		return nil
	}
	return kernel.NewConvolution(weights, r.scales(total), exceptions)
}

// scales returns the factor for the strengths of each row; 0 for an empty row.
func (r *ranking) scales(total float64) []float32 {
	scale := make([]float32, r.size)
	for post := range scale {
		sum := 0.0
		for pre := range r.size {
			sum += r.strength(post, pre)
		}
		if sum > 0 {
			scale[post] = float32(total / sum)
		}
	}
	return scale
}

// exceptions returns the entries of a displacement that its weight gets wrong: the missing
// ones, or, if the weight is 0, those that exist.
func (r *ranking) exceptions(d int, weight float64) []kernel.Exception {
	var found []kernel.Exception
	for post := range r.size {
		pre := r.from(post, d)
		strength := r.strength(post, pre)
		if (strength != 0) != (weight != 0) {
			found = append(found, kernel.Exception{Row: post, Col: pre, Value: float32(strength - weight)})
		}
	}
	return found
}

// displaced returns the range and the number of the entries of a displacement that are kept.
func (r *ranking) displaced(d int) (lowest, highest float64, count int) {
	for post := range r.size {
		if pre := r.from(post, d); r.has(post, pre) {
			s := r.strength(post, pre)
			if count == 0 {
				lowest, highest = s, s
			}
			lowest, highest, count = min(lowest, s), max(highest, s), count+1
		}
	}
	return lowest, highest, count
}

// from returns the neuron at displacement d from n.
func (r *ranking) from(n, d int) int {
	var at [3]int
	for q, k := range stimulusAt(d, r.perAxis) {
		at[q] = (r.place[n][q] + k) % r.perAxis
	}
	return stimulusNumber(at, r.perAxis)
}
