package sampling

import (
	"math/bits"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// MaxDimensions is how many dimensions a Sobol sequence may have.
const MaxDimensions = 64

// bitsOf is the number of binary digits of a coordinate.
const bitsOf = 32

// sobol is a Sobol sequence in Gray-code order (Antonov and Saleev 1979), the order of
// Joe and Kuo's program and of scipy.stats.qmc.
type sobol struct {
	directions [][bitsOf]uint32 // of each dimension
	shift      []uint32
}

// newSobol returns a sequence. A seed other than 0 shifts it digitally: the digits of each
// coordinate are combined with those of a random number by exclusive or, which keeps the
// distances of the points in every binary subdivision of the cube.
func newSobol(dimensions int, seed uint32) *sobol {
	s := &sobol{directions: make([][bitsOf]uint32, dimensions), shift: make([]uint32, dimensions)}
	random := rand.New(source(seed))
	for d := range dimensions {
		s.directions[d] = directionsOf(d)
		if seed != 0 {
			s.shift[d] = random.Uint32()
		}
	}
	return s
}

// directionsOf returns the direction numbers of a dimension, counted from 0: the first ones are
// given, the others follow from the recurrence of the primitive polynomial.
func directionsOf(dimension int) (v [bitsOf]uint32) {
	if dimension == 0 {
		for i := range v {
			v[i] = 1 << (bitsOf - 1 - i)
		}
		return v
	}
	p := directionNumbers[dimension-1]
	for i := range v {
		if i < p.degree {
			v[i] = p.initial[i] << (bitsOf - 1 - i)
			continue
		}
		v[i] = v[i-p.degree] ^ v[i-p.degree]>>p.degree
		for k := 1; k < p.degree; k++ {
			if p.inner>>(p.degree-1-k)&1 == 1 {
				v[i] ^= v[i-k]
			}
		}
	}
	return v
}

// fill stores the first points of the sequence in the rows of a matrix.
func (s *sobol) fill(points *mat.Dense) {
	count, _ := points.Dims()
	x := append([]uint32(nil), s.shift...)
	for i := range count {
		row := points.RawRowView(i)
		changed := bits.TrailingZeros32(^uint32(i)) // the digit in which the next Gray code differs
		for d := range x {
			row[d] = float64(x[d]) / (1 << bitsOf)
			x[d] ^= s.directions[d][changed]
		}
	}
}
