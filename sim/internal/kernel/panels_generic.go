package kernel

// productGeneric is Panels.Mul over a strip: 16 rows, columns stride apart.
func productGeneric(dst, w []float32, stride int, x []float32) {
	clear(dst)
	for j, x := range x {
		for i, a := range w[j*stride : j*stride+stripRows] {
			dst[i] = fma(a, x, dst[i])
		}
	}
}

// productTransposedGeneric is the loop of Panels.MulTransposed; m.padded is x.
func productTransposedGeneric(dst []float32, m *Panels) {
	for j := range dst {
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
