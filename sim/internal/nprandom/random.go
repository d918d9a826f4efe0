package nprandom

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext/prng"

	"eisweep/sim/internal/elementary"
)

// Generator is one stream of random numbers. It is not safe for concurrent use.
type Generator struct {
	mt      *prng.MT19937
	kept    float64 // the gaussian that the next call returns
	hasKept bool
}

// New returns the generator that np.random.seed(seed) makes.
func New(seed uint32) *Generator {
	mt := prng.NewMT19937()
	mt.Seed(uint64(seed))
	return &Generator{mt: mt}
}

// Double draws from [0, 1), with 53 random bits.
func (r *Generator) Double() float64 {
	a, b := r.mt.Uint32()>>5, r.mt.Uint32()>>6
	return float64(uint64(a)<<26+uint64(b)) / (1 << 53)
}

// Gauss draws from the standard normal distribution: polar Box–Muller, which returns the second value of
// a pair first and keeps the first for the next call.
func (r *Generator) Gauss() float64 {
	if r.hasKept {
		r.hasKept = false
		return r.kept
	}
	for {
		x, y := 2*r.Double()-1, 2*r.Double()-1
		s := float64(x*x) + float64(y*y)
		if s < 1 && s != 0 {
			f := math.Sqrt(-2 * elementary.Log(s) / s)
			r.kept, r.hasKept = float64(f*x), true
			return float64(f * y)
		}
	}
}

// Uniform draws from [low, high).
func (r *Generator) Uniform(low, high float64) float64 {
	return low + float64((high-low)*r.Double())
}

// Normal draws from the normal distribution of that mean and standard deviation.
func (r *Generator) Normal(mean, sd float64) float64 {
	return mean + float64(sd*r.Gauss())
}

// Lognormal draws e to the power of a normal value.
func (r *Generator) Lognormal(mean, sd float64) float64 {
	return elementary.Exp(r.Normal(mean, sd))
}

// below is uniform in 0 … limit: an output under the smallest mask, drawn again
// while it is too large.
func (r *Generator) below(limit uint32) uint32 {
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

// Shuffle puts a list into random order, exchanging from the last index down. A list of
// one draws nothing.
func (r *Generator) Shuffle(x []int) {
	for i := len(x) - 1; i > 0; i-- {
		j := r.below(uint32(i))
		x[i], x[j] = x[j], x[i]
	}
}

// Save returns the generator's position, without the value that Gauss keeps: only
// generators that shuffle are saved.
func (r *Generator) Save() ([]byte, error) {
	b, err := r.mt.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("save generator: %w", err)
	}
	return b, nil
}

// Restore takes a position that save returned.
func (r *Generator) Restore(b []byte) error {
	if err := r.mt.UnmarshalBinary(b); err != nil {
		return fmt.Errorf("restore generator: %w", err)
	}
	return nil
}
