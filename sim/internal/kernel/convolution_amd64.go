package kernel

func convolve(dst, x, table []float32, scratch *Scratch) {
	switch chosen {
	case avx512:
		convolveAVX512(&dst[0], &x[0], &table[0], &scratch.planes[0])
	case avx2:
		convolveAVX2(&dst[0], &x[0], &table[0], &scratch.planes[0])
	default:
		convolveGeneric(dst, x, table, scratch)
	}
}

// addLayers needs a layer.
func addLayers(dst, x []float32, l *layers) {
	switch n := len(l.begin); chosen {
	case avx512:
		addLayersAVX512(&dst[0], &x[0], &l.begin[0], &l.source[0], &l.weight[0], n)
	case avx2:
		addLayersAVX2(&dst[0], &x[0], &l.begin[0], &l.source[0], &l.weight[0], n)
	default:
		addLayersGeneric(dst, x, l)
	}
}
