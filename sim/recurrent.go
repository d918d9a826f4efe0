package sim

import (
	"context"
	"math"
)

// recurrentExcitation returns wee (docs/model.md#recurrent-excitation): neurons with similar input connect.
// The tie rule makes it the same on every machine. It takes O(n_e²) time and
// 8 n_e² bytes besides the result. The ranking is nil if there is no synapse.
func recurrentExcitation(ctx context.Context, p *Parameters) ([]float32, *ranking, error) {
	n, nE := p.Ng.Exc.NPerAxis, p.NE()
	if p.Sy.E2E.WTotal == 0 {
		return make([]float32, nE*nE), nil, nil
	}
	rank := newRanking(n, inputCorrelations(p))
	if err := rank.findKeys(ctx); err != nil {
		return nil, nil, err
	}
	weakest := int64(math.Floor((1 - float64(p.Sy.E2E.P)) * float64(nE*nE)))
	if err := rank.findThreshold(ctx, min(weakest, int64(nE*nE-1))); err != nil {
		return nil, nil, err
	}
	wee, err := rank.weights(ctx, float64(p.Sy.E2E.WTotal))
	return wee, rank, err
}

// correlations gives the Pearson correlation of two neurons' inputs over all
// stimuli. The input factorises over the axes, and so do its moments:
// E[x_n x_m] is the product of the axes' E[f f′].
type correlations struct {
	perAxis    int
	mean       []float64 // E[f] of each neuron of an axis
	covariance []float64 // of two neurons of an axis, (perAxis, perAxis)
	flat       bool      // the stimuli reach no neuron
}

// inputCorrelations returns the correlations of the afferents computed with κ/4.
func inputCorrelations(p *Parameters) *correlations {
	n, s := p.Ng.Exc.NPerAxis, p.Inp.NStimuli
	f := axisTuning(n, s, float64(p.Inp.VonmisesKappa)/4)
	c := &correlations{perAxis: n, mean: make([]float64, n), covariance: make([]float64, n*n), flat: p.Inp.Exc.PeakStimulus == 0}
	for a := range n {
		for l := range s {
			c.mean[a] += f[a*s+l]
		}
		c.mean[a] /= float64(s)
	}
	for a := range n {
		for b := range n {
			sum := 0.0
			for l := range s {
				sum += float64((f[a*s+l] - c.mean[a]) * (f[b*s+l] - c.mean[b]))
			}
			c.covariance[a*n+b] = sum / float64(s)
		}
	}
	c.silenceRounding()
	return c
}

// silenceRounding sets the covariances of a neuron to 0 if its tuning varies by no more than
// rounding errors: it is constant.
func (c *correlations) silenceRounding() {
	const rounding = 1e-13
	n := c.perAxis
	for a := range n {
		if math.Sqrt(c.covariance[a*n+a]) <= float64(rounding*(1+math.Abs(c.mean[a]))) {
			for b := range n {
				c.covariance[a*n+b], c.covariance[b*n+a] = 0, 0
			}
		}
	}
}

// covarianceOf returns the covariance of two grid places: Π(cov + m m′) − Π m m′, without the difference.
func (c *correlations) covarianceOf(x, y [3]int) float64 {
	covariance, means := 0.0, 1.0
	for q := range 3 {
		v, m := c.covariance[x[q]*c.perAxis+y[q]], float64(c.mean[x[q]]*c.mean[y[q]])
		covariance = float64(covariance*(v+m)) + float64(means*v)
		means = float64(means * m)
	}
	return covariance
}

// of returns the correlation of two grid places, in units of 1e-9, rounded; 0 if it is not finite.
func (c *correlations) of(x, y [3]int, sdX, sdY float64) int64 {
	r := c.covarianceOf(x, y) / float64(sdX*sdY)
	if c.flat || math.IsNaN(r) || math.IsInf(r, 0) {
		return 0
	}
	return int64(math.Floor(float64(r*1e9) + 0.5))
}

// ranking orders the entries of wee by correlation, then by displacement, then
// by post-synaptic neuron.
type ranking struct {
	perAxis, size int
	correlations  *correlations
	place         [][3]int
	sd            []float64
	keys          []uint64 // of all entries, post × pre
	threshold     uint64   // the smallest key of those that are kept
	lowest        uint64   // correlation of all entries, as in a key
}

// A key holds everything that decides an entry's rank: from bit 24 on the correlation (with an
// offset that makes it positive), then 12 bits of displacement and 12 of neuron number.
const (
	keyOffset = 1 << 31
	keyShift  = 24
)

func newRanking(perAxis int, c *correlations) *ranking {
	r := &ranking{perAxis: perAxis, size: perAxis * perAxis * perAxis, correlations: c}
	for n := range r.size {
		place := stimulusAt(n, perAxis)
		r.place = append(r.place, place)
		r.sd = append(r.sd, math.Sqrt(c.covarianceOf(place, place)))
	}
	return r
}

// displacement is pre − post on each grid axis modulo perAxis, as a number.
func (r *ranking) displacement(post, pre int) int {
	var d [3]int
	for q := range d {
		d[q] = (r.place[pre][q] - r.place[post][q] + r.perAxis) % r.perAxis
	}
	return stimulusNumber(d, r.perAxis)
}

// findKeys ranks all entries; the diagonal's correlation is 0.
func (r *ranking) findKeys(ctx context.Context) error {
	r.keys, r.lowest = make([]uint64, 0, r.size*r.size), math.MaxUint64
	for post := range r.size {
		if err := ctx.Err(); err != nil {
			return err
		}
		for pre := range r.size {
			value := int64(0)
			if pre != post {
				value = r.correlations.of(r.place[post], r.place[pre], r.sd[post], r.sd[pre])
			}
			key := uint64(value+keyOffset)<<keyShift | uint64(r.displacement(post, pre))<<12 | uint64(post)
			r.keys, r.lowest = append(r.keys, key), min(r.lowest, key>>keyShift)
		}
	}
	return nil
}

// findThreshold drops that many of the weakest entries.
func (r *ranking) findThreshold(ctx context.Context, weakest int64) (err error) {
	r.threshold, err = smallest(ctx, r.keys, weakest)
	return err
}

// has reports whether an entry is kept.
func (r *ranking) has(post, pre int) bool {
	return pre != post && r.keys[post*r.size+pre] >= r.threshold
}

// strength returns the weight of an entry before its row is scaled: its correlation minus the
// smallest one, or 0 if it is not kept.
func (r *ranking) strength(post, pre int) float64 {
	if !r.has(post, pre) {
		return 0
	}
	return float64(r.keys[post*r.size+pre]>>keyShift-r.lowest) * 1e-9
}

// weights scales every row to the total. A row left empty stays 0.
func (r *ranking) weights(ctx context.Context, total float64) ([]float32, error) {
	wee, row := make([]float32, len(r.keys)), make([]float64, r.size)
	for post := range r.size {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		sum := 0.0
		for pre := range row {
			row[pre] = r.strength(post, pre)
			sum += row[pre]
		}
		for pre, w := range row {
			if sum > 0 {
				wee[post*r.size+pre] = float32(w * (total / sum))
			}
		}
	}
	return wee, nil
}

// smallest returns the key of rank n, from 0; all keys differ. It decides 16 bits at a time,
// by counting the keys that share the bits above.
func smallest(ctx context.Context, keys []uint64, n int64) (uint64, error) {
	prefix, known := uint64(0), uint64(0)
	counts := make([]int64, 1<<16)
	for shift := 48; shift >= 0; shift -= 16 {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		clear(counts)
		for _, key := range keys {
			if key&known == prefix {
				counts[key>>shift&0xffff]++
			}
		}
		digit := uint64(0)
		for n >= counts[digit] {
			n -= counts[digit]
			digit++
		}
		prefix, known = prefix|digit<<shift, known|0xffff<<shift
	}
	return prefix, nil
}
