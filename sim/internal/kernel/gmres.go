package kernel

// The products of vectors that GMRES is made of. Their lengths are multiples of
// 64; vectors are padded with zeros.

const dotLanes = 64

// NewVector returns n zeros where the kernels like them to lie, and as many more
// as make a multiple of 64.
func NewVector(n int) []float32 { return aligned[float32]((n + dotLanes - 1) / dotLanes * dotLanes) }

// Dot is Σ x[n]·y[n], 64 chains of FMA and a tree:
//
//	var lane [64]float32
//	for n := range x {
//		lane[n%64] = fma(x[n], y[n], lane[n%64])
//	}
//	return tree(lane)
//
// where tree adds lane l + 32 to lane l, then l + 16 … l + 1.
func Dot(x, y []float32) float32 {
	checkVectors(x, y)
	return dot(x, y)
}

// AddScaledDot is x[n] = fma(factor, y[n], x[n]), and then Dot(x, z). z may be x;
// otherwise nothing overlaps.
func AddScaledDot(x []float32, factor float32, y, z []float32) float32 {
	checkVectors(x, y, z)
	return addScaledDot(x, factor, y, z)
}

// Scale is dst[n] = x[n]·factor; dst may be x.
func Scale(dst, x []float32, factor float32) {
	checkVectors(dst, x)
	scaleVector(dst, x, factor)
}

// SubtractFlow is dst[n] = fma(−slope[n], plus[n] − minus[n], x[n]). Nothing
// overlaps.
func SubtractFlow(dst, x, slope, plus, minus []float32) {
	checkVectors(dst, x, slope, plus, minus)
	subtractFlow(dst, x, slope, plus, minus)
}

func checkVectors(x []float32, others ...[]float32) {
	for _, v := range others {
		checkLength("values", len(v), len(x))
	}
	if len(x)%dotLanes != 0 {
		checkLength("values", len(x), len(x)/dotLanes*dotLanes)
	}
}
