package kernel

import "fmt"

// Matrix is a weight matrix, post × pre, in panels (layout.go).
type Matrix struct {
	layout
	w []float32
}

// NewMatrix returns a matrix of zeros.
func NewMatrix(rows, cols int) *Matrix {
	l := layout{rows, cols}
	return &Matrix{layout: l, w: aligned[float32](l.size())}
}

// Pack takes the weights from a dense row-major matrix of the same shape.
func (m *Matrix) Pack(dense []float32) {
	checkLength("weights", len(dense), m.rows*m.cols)
	m.pack(m.w, dense)
}

// PackTransposed takes the weights from a dense row-major matrix of shape
// (cols, rows).
func (m *Matrix) PackTransposed(dense []float32) {
	checkLength("weights", len(dense), m.rows*m.cols)
	turned := make([]float32, len(dense))
	for row := range m.rows {
		for col := range m.cols {
			turned[row*m.cols+col] = dense[col*m.rows+row]
		}
	}
	m.pack(m.w, turned)
}

// Mul is dst = m·x, one chain of fma a row, over the neurons that are active:
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
func (m *Matrix) Mul(dst, x []float32, active *Active) {
	checkLength("columns", len(x), m.cols)
	checkLength("neurons", active.size, m.cols)
	checkLength("rows", len(dst), m.strips()*stripRows)
	for first := 0; first < len(dst); first += panelRows {
		rows := min(len(dst)-first, panelRows)
		multiplyListed(dst[first:first+rows], m.w[first*m.cols:], x, active.index)
	}
}

// Mul64 is dst = m·x in float64, all of x:
//
//	for i := range dst {
//		dst[i] = 0
//		for j := range x {
//			dst[i] += float64(float64(m[i,j]) * x[j])
//		}
//	}
func (m *Matrix) Mul64(dst, x []float64) {
	checkLength("rows", len(dst), m.rows)
	checkLength("columns", len(x), m.cols)
	clear(dst)
	for n := range m.strips() {
		begin, stride := m.strip(n)
		d := dst[n*stripRows : min((n+1)*stripRows, len(dst))]
		for j, x := range x {
			w := m.w[begin+j*stride:]
			for i := range d {
				d[i] += float64(float64(w[i]) * x)
			}
		}
	}
}

// Active lists the neurons of a population whose rate is not 0, ascending.
type Active struct {
	size  int
	index []int32 // with room for a vector more
}

// NewActive returns an empty list for a population of that size.
func NewActive(size int) *Active {
	return &Active{size: size, index: aligned[int32](size + stripRows)[:0]}
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

func checkLength(what string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("kernel: %d %s where %d are due", got, what, want))
	}
}
