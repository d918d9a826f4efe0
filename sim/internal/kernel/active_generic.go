package kernel

// productActiveGeneric is Panels.MulActive over a panel of len(dst) rows.
func productActiveGeneric(dst, w, x []float32, active []int32) {
	clear(dst)
	for _, j := range active {
		addColumn(dst, w[int(j)*len(dst):], x[j])
	}
}

// addColumn is one step of a chain a row: dst[i] = fma(w[i], x, dst[i]).
func addColumn(dst, w []float32, x float32) {
	w = w[:len(dst)]
	for i, w := range w {
		dst[i] = fma(w, x, dst[i])
	}
}
