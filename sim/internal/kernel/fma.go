package kernel

import "math"

// fma is x·y + z in float32, rounded once: what the processors' float32 FMA
// instructions compute.
//
// The product of two float32 is exact in float64. Their sum with z is rounded to
// float64, and again to float32. The second rounding goes wrong only where the float64
// is the midpoint of two float32: the right result then depends on what the first rounding
// dropped. Converting the result of math.FMA would go wrong there as well.
func fma(x, y, z float32) float32 {
	product := float64(float64(x) * float64(y))
	sum := product + float64(z)
	const dropped, midpoint = 1<<29 - 1, 1 << 28 // what float32 has no bits for
	if math.Float64bits(sum)&dropped != midpoint && (sum > 0x1p-126 || sum < -0x1p-126) {
		return float32(sum)
	}
	return fmaExact(product, float64(z), sum)
}

// fmaExact rounds product + z to float32 where sum, its float64, is small or on a
// midpoint: it rounds to odd first, which keeps what was dropped.
func fmaExact(product, z, sum float64) float32 {
	back := sum - product
	rest := (product - (sum - back)) + (z - back)
	if bits := math.Float64bits(sum); bits&1 == 0 {
		switch {
		case rest > 0 && sum > 0, rest < 0 && sum < 0:
			sum = math.Float64frombits(bits + 1)
		case rest > 0, rest < 0:
			sum = math.Float64frombits(bits - 1)
		}
	}
	return float32(sum)
}
