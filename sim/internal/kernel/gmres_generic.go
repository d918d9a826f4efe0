package kernel

func dotGeneric(x, y []float32) float32 {
	var lane [dotLanes]float32
	for n, x := range x {
		lane[n%dotLanes] = fma(x, y[n], lane[n%dotLanes])
	}
	return tree(lane[:])
}

func addScaledDotGeneric(x []float32, factor float32, y, z []float32) float32 {
	for n, y := range y {
		x[n] = fma(factor, y, x[n])
	}
	return dotGeneric(x, z)
}

func scaleVectorGeneric(dst, x []float32, factor float32) {
	for n, x := range x {
		dst[n] = float32(x * factor)
	}
}

func subtractFlowGeneric(dst, x, slope, plus, minus []float32) {
	for n := range dst {
		dst[n] = fma(-slope[n], plus[n]-minus[n], x[n])
	}
}
