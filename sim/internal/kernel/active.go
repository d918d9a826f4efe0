package kernel

// Active lists the neurons of a population whose rate is not 0, ascending.
type Active struct {
	size  int
	index []int32 // with room for a vector more
}

// NewActive returns an empty list for a population of that size.
func NewActive(size int) *Active {
	return &Active{size: size, index: aligned[int32](size + 2*stripRows)[:0]}
}

// Set lists the neurons with rates that are not 0 (NaN is not 0).
func (a *Active) Set(rates []float32) {
	checkLength("rates", len(rates), a.size)
	a.index = a.index[:0]
	for j, r := range rates {
		if r != 0 {
			a.index = append(a.index, int32(j))
		}
	}
}

// MulActive is Mul over the columns that are active:
//
//	for i := range dst {
//		dst[i] = 0
//		for _, j := range active { // ascending
//			dst[i] = fma(m[i,j], x[j], dst[i])
//		}
//	}
//
// dst has room for the rows rounded up to 16, and gets 0 beyond the matrix; it
// overlaps nothing. NaN passes through.
func (m *Panels) MulActive(dst, x []float32, active *Active) {
	checkLength("columns", len(x), m.cols)
	checkLength("neurons", active.size, m.cols)
	checkLength("rows", len(dst), m.strips()*stripRows)
	rows := m.panelStrips * stripRows
	for first := 0; first < len(dst); first += rows {
		productActive(dst[first:first+rows], m.w[first*m.cols:], x, active.index)
	}
}
