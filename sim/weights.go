package sim

import (
	"context"
	"math"
	"slices"

	"eisweep/sim/internal/elementary"
	"eisweep/sim/internal/nprandom"
)

// synapses returns k of docs/model.md#connectivity-and-initial-weights: how many of n_pre neurons connect, half to even.
func synapses(p float32, nPre int) int {
	return int(math.RoundToEven(float64(p) * float64(nPre)))
}

// meanWeight returns j = w_total/k; 0 if nothing connects.
func meanWeight(c Connection, nPre int) float64 {
	if k := synapses(c.P, nPre); k > 0 {
		return float64(c.WTotal) / float64(k)
	}
	return 0
}

// pathway is a plastic set of synapses: w = softplus(αv)/α · z. The rules change v.
type pathway struct {
	rows, cols int
	alpha      float32 // α, 1/weight
	largest    float32 // the largest weight
	total      float32 // the sum that rows of wie are scaled to
	init       []float32
	z          []float32 // 1 where a synapse was drawn
	inverse    []float32 // v of the initial weights
}

// network holds what stays constant through a task.
type network struct {
	*excitation
	wii    []float32
	ei, ie *pathway // I→E and E→I
}

// drawNetwork draws the weights from the seed: wei, wii and wie, in this order, from one
// generator. Weights that the task brings replace the drawn ones.
func drawNetwork(ctx context.Context, t *Task, shared *foundation) (*network, error) {
	p, r := &t.Parameters, nprandom.New(t.Seed)
	nE, nI := p.NE(), p.NI()
	overI := ascending(nI)
	wei := drawWeights(r, &p.Sy, p.Sy.I2E, nE, overI)
	wii := drawWeights(r, &p.Sy, p.Sy.I2I, nI, overI)
	wie := drawWeights(r, &p.Sy, p.Sy.E2I, nI, ascending(nE))
	ee, err := shared.excitation(ctx, p, t.Initial.WEE)
	if err != nil {
		return nil, err
	}
	return &network{
		excitation: ee,
		wii:        slices.Clone(given(t.Initial.WII, wii)),
		ei:         newPathway(p, p.Sy.I2E, given(t.Initial.WEI, wei), nE, nI),
		ie:         newPathway(p, p.Sy.E2I, given(t.Initial.WIE, wie), nI, nE),
	}, nil
}

// given returns the task's own matrix, or the drawn one if the task has none.
func given(own, drawn []float32) []float32 {
	if own != nil {
		return own
	}
	return drawn
}

// newPathway derives α, the largest weight, z and v from the initial weights.
func newPathway(p *Parameters, c Connection, w []float32, rows, cols int) *pathway {
	y := &pathway{rows: rows, cols: cols, total: c.WTotal, init: slices.Clone(w),
		z: make([]float32, len(w)), inverse: make([]float32, len(w))}
	if p.Pl.SoftMax {
		y.largest = slices.Max(w)
		y.alpha = float32(4 / float64(y.largest))
	} else {
		j := meanWeight(c, cols)
		y.largest = float32(float64(p.Pl.WMax) * j)
		y.alpha = float32(0.05 / j)
	}
	for n, w := range w {
		if w > 0 {
			y.z[n] = 1
			y.inverse[n] = float32(elementary.InverseSoftplus(float64(w)*float64(y.alpha)) / float64(y.alpha))
		}
	}
	return y
}

// drawWeights draws a matrix row by row. order is the list of pre-synaptic neurons; each row
// shuffles it further.
func drawWeights(r *nprandom.Generator, sy *Synapses, c Connection, nPost int, order []int) []float32 {
	nPre := len(order)
	k, j := synapses(c.P, nPre), meanWeight(c, nPre)
	w := make([]float32, nPost*nPre)
	for post := range nPost {
		row := w[post*nPre : (post+1)*nPre]
		switch sy.WDist {
		case Normal:
			drawNormalRow(r, row, k, j)
		case Uniform:
			r.Shuffle(order)
			for _, pre := range order[:k] {
				row[pre] = float32(j * r.Uniform(1e-12, 2))
			}
		default:
			r.Shuffle(order)
			drawLognormalRow(r, row, order[:k], j, float64(sy.LognormSigma))
		}
	}
	return w
}

// drawLognormalRow draws exp(μ + σg) with μ = ln(j·exp(−σ²/2)), so that the mean
// is j.
func drawLognormalRow(r *nprandom.Generator, row []float32, chosen []int, j, sigma float64) {
	mu := elementary.Log(float64(j * elementary.Exp(-float64(sigma*sigma)/2)))
	for _, pre := range chosen {
		row[pre] = float32(r.Lognormal(mu, sigma))
	}
}

// drawNormalRow draws every entry. If more than k are positive, it sets the surplus to 0; if
// fewer are, it draws as many of the others again. Negative entries become 0.
func drawNormalRow(r *nprandom.Generator, row []float32, k int, j float64) {
	values, positive, others := make([]float64, len(row)), []int(nil), []int(nil)
	for n := range values {
		values[n] = r.Normal(j, j/4)
		if values[n] > 0 {
			positive = append(positive, n)
		} else {
			others = append(others, n)
		}
	}
	switch surplus := len(positive) - k; {
	case surplus > 0:
		r.Shuffle(positive)
		for _, n := range positive[:surplus] {
			values[n] = 0
		}
	case surplus < 0:
		r.Shuffle(others)
		for _, n := range others[:-surplus] {
			values[n] = r.Normal(j, j/4)
		}
	}
	for n, v := range values {
		row[n] = float32(max(v, 0))
	}
}
