package sampling

import (
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/samplemv"
)

// The methods, as sweep files name them.
const (
	Sobol          = "sobol"
	LatinHypercube = "latin-hypercube"
	Random         = "random"
)

// Methods returns the names of the methods, the default first.
func Methods() []string { return []string{Sobol, LatinHypercube, Random} }

// IsMethod reports whether a name is that of a method.
func IsMethod(name string) bool { return slices.Contains(Methods(), name) }

// Points returns points of the unit cube as the rows of a matrix of shape (count, dimensions).
// Coordinates are ≥ 0 and < 1, but those of a Latin hypercube may round to 1. Sobol takes at
// most MaxDimensions; its seed 0 gives the plain sequence. It panics for an unknown method and
// for counts or dimensions < 1.
func Points(method string, count, dimensions int, seed uint32) *mat.Dense {
	points := mat.NewDense(count, dimensions, nil)
	switch method {
	case Sobol:
		newSobol(dimensions, seed).fill(points)
	case LatinHypercube:
		samplemv.LatinHypercube{Q: distmv.NewUnitUniform(dimensions, nil), Src: source(seed)}.Sample(points)
	case Random:
		samplemv.IID{Dist: distmv.NewUnitUniform(dimensions, source(seed))}.Sample(points)
	default:
		panic("sampling: unknown method " + method)
	}
	return points
}

// source returns the random numbers of a seed.
func source(seed uint32) rand.Source { return rand.NewPCG(uint64(seed), 0x5eed) }
