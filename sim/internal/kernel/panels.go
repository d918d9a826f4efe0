package kernel

import "fmt"

// Panels is a matrix of float32, post × pre, in panels (layout.go).
type Panels struct {
	layout
	w      []float32
	padded []float32 // a value a row, 0 beyond
}

// NewPanels returns a matrix of zeros.
func NewPanels(rows, cols int) *Panels {
	l := newLayout(rows, cols)
	return &Panels{layout: l, w: aligned[float32](l.size()), padded: aligned[float32](l.strips() * stripRows)}
}

// Pack takes the entries of a dense row-major matrix.
func (m *Panels) Pack(dense []float32) {
	checkLength("entries", len(dense), m.rows*m.cols)
	m.pack(m.w, dense)
}

// Unpack returns the entries, row-major.
func (m *Panels) Unpack() []float32 {
	dense := make([]float32, m.rows*m.cols)
	m.unpack(dense, m.w)
	return dense
}

// Round takes the entries m[i,j] = t[j·stride + i], rounded. What t holds for
// missing rows of the last strip is no matter.
func (m *Panels) Round(t []float64, stride int) {
	width := m.panelStrips * stripRows
	if width == stride {
		Round(m.w, t[:len(m.w)])
		return
	}
	for first := 0; first < m.strips()*stripRows; first += width {
		for j := range m.cols {
			begin := first*m.cols + j*width
			Round(m.w[begin:begin+width], t[j*stride+first:][:width])
		}
	}
}

// Mul is dst = m·x, a chain of FMA a row:
//
//	for i := range dst {
//		dst[i] = 0
//		for j := range x { // ascending
//			dst[i] = fma(m[i,j], x[j], dst[i])
//		}
//	}
//
// dst overlaps nothing. NaN passes through.
func (m *Panels) Mul(dst, x []float32) {
	checkLength("rows", len(dst), m.rows)
	checkLength("columns", len(x), m.cols)
	product(m.padded, m, x)
	copy(dst, m.padded)
}

// MulTransposed is dst = mᵀ·x, 16 chains of FMA a column, and a tree:
//
//	for j := range dst {
//		var lane [16]float32
//		for i := range x { // ascending
//			lane[i%16] = fma(m[i,j], x[i], lane[i%16])
//		}
//		dst[j] = tree(lane)
//	}
//
// where tree adds lane l + 8 to lane l, then l + 4, l + 2 and l + 1. Missing rows
// are 0 in m and x. dst overlaps nothing. NaN passes through.
func (m *Panels) MulTransposed(dst, x []float32) {
	checkLength("columns", len(dst), m.cols)
	checkLength("rows", len(x), m.rows)
	clear(m.padded[copy(m.padded, x):])
	productTransposed(dst, m)
}

func checkLength(what string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("kernel: %d %s where %d are due", got, what, want))
	}
}
