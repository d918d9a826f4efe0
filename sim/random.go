package sim

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext/prng"

	"eisweep/sim/internal/elementary"
)

// randomState is NumPy's RandomState: MT19937 seeded by init_genrand, and its
// transforms, bit for bit but for the last bit of a logarithm (docs/model.md#random-numbers).
type randomState struct {
	mt      *prng.MT19937
	kept    float64 // the gaussian that the next call returns
	hasKept bool
}

func newRandomState(seed uint32) *randomState {
	mt := prng.NewMT19937()
	mt.Seed(uint64(seed))
	return &randomState{mt: mt}
}

// double is uniform in [0, 1), of 53 bits.
func (r *randomState) double() float64 {
	a, b := r.mt.Uint32()>>5, r.mt.Uint32()>>6
	return float64(uint64(a)<<26+uint64(b)) / (1 << 53)
}

// gauss is standard normal: polar Box–Muller, which returns the second value of
// a pair first and keeps the first for the next call.
func (r *randomState) gauss() float64 {
	if r.hasKept {
		r.hasKept = false
		return r.kept
	}
	for {
		x, y := 2*r.double()-1, 2*r.double()-1
		s := float64(x*x) + float64(y*y)
		if s < 1 && s != 0 {
			f := math.Sqrt(-2 * elementary.Log(s) / s)
			r.kept, r.hasKept = float64(f*x), true
			return float64(f * y)
		}
	}
}

// uniform is uniform in [low, high).
func (r *randomState) uniform(low, high float64) float64 {
	return low + float64((high-low)*r.double())
}

// normal is normal with that mean and standard deviation.
func (r *randomState) normal(mean, sd float64) float64 {
	return mean + float64(sd*r.gauss())
}

// lognormal is e to a normal value.
func (r *randomState) lognormal(mean, sd float64) float64 {
	return elementary.Exp(r.normal(mean, sd))
}

// below is uniform in 0 … limit: an output under the smallest mask, drawn again
// while it is too large.
func (r *randomState) below(limit uint32) uint32 {
	mask := limit
	for _, shift := range []uint{1, 2, 4, 8, 16} {
		mask |= mask >> shift
	}
	for {
		if v := r.mt.Uint32() & mask; v <= limit {
			return v
		}
	}
}

// shuffle exchanges from the last index down; a list of one draws nothing.
func (r *randomState) shuffle(x []int) {
	for i := len(x) - 1; i > 0; i-- {
		j := r.below(uint32(i))
		x[i], x[j] = x[j], x[i]
	}
}

// ascending is 0, 1, … n−1.
func ascending(n int) []int {
	x := make([]int, n)
	for i := range x {
		x[i] = i
	}
	return x
}

// save returns the generator's position. Only generators that shuffle are saved,
// so the kept gaussian is not part of it.
func (r *randomState) save() ([]byte, error) {
	b, err := r.mt.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("save generator: %w", err)
	}
	return b, nil
}

// restore takes a position that save returned.
func (r *randomState) restore(b []byte) error {
	if err := r.mt.UnmarshalBinary(b); err != nil {
		return fmt.Errorf("restore generator: %w", err)
	}
	return nil
}
