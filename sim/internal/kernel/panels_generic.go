package kernel

// productGeneric is the loop of Panels.Mul; dst has a value for each padded row.
func productGeneric(dst []float32, m *Panels, x []float32) {
	clear(dst)
	for n := range m.strips() {
		begin, stride := m.strip(n)
		sums := dst[n*stripRows : (n+1)*stripRows]
		for j, x := range x {
			for i, a := range m.w[begin+j*stride:][:stripRows] {
				sums[i] = fma(a, x, sums[i])
			}
		}
	}
}

// productColumnsGeneric is the loop of Panels.MulTransposed without the columns
// before first; m.padded is x.
func productColumnsGeneric(dst []float32, m *Panels, first int) {
	for j := first; j < m.cols; j++ {
		var lane [stripRows]float32
		for n := range m.strips() {
			begin, stride := m.strip(n)
			x, w := m.padded[n*stripRows:], m.w[begin+j*stride:]
			for i := range lane {
				lane[i] = fma(w[i], x[i], lane[i])
			}
		}
		dst[j] = tree(lane[:])
	}
}

// tree is the sum of a power of two of lanes: upper half onto lower half, until
// one is left.
func tree(lane []float32) float32 {
	for n := len(lane) / 2; n > 0; n /= 2 {
		for i := range n {
			lane[i] += lane[i+n]
		}
	}
	return lane[0]
}
