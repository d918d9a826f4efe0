package kernel

import "fmt"

// lanes is the number of rows of a block: as many as have their sums and
// products in the registers that the compiler uses, beside one rate.
const lanes = 7

// Matrix is a weight matrix, post × pre, packed in blocks of lanes rows:
// the weights of a block onto one pre-synaptic neuron lie side by side. Missing
// rows of the last block are 0.
type Matrix struct {
	rows, cols int
	w          []float32
}

// NewMatrix returns a matrix of zeros.
func NewMatrix(rows, cols int) *Matrix {
	blocks := (rows + lanes - 1) / lanes
	return &Matrix{rows: rows, cols: cols, w: make([]float32, blocks*lanes*cols)}
}

// Pack takes the weights from a dense row-major matrix of the same shape.
func (m *Matrix) Pack(dense []float32) {
	m.check("dense matrix", len(dense), m.rows*m.cols)
	for row := range m.rows {
		block := m.w[row/lanes*lanes*m.cols+row%lanes:]
		for col, w := range dense[row*m.cols : (row+1)*m.cols] {
			block[col*lanes] = w
		}
	}
}

// PackTransposed takes the weights from a dense row-major matrix of shape
// (cols, rows).
func (m *Matrix) PackTransposed(dense []float32) {
	m.check("dense matrix", len(dense), m.rows*m.cols)
	for row := range m.rows {
		block := m.w[row/lanes*lanes*m.cols+row%lanes:]
		for col := range m.cols {
			block[col*lanes] = dense[col*m.rows+row]
		}
	}
}

// Mul is dst = m·x, where x lists the neurons that are active:
//
//	for i := range dst {
//		dst[i] = 0
//		for _, j := range active { // ascending
//			dst[i] += float32(m[i,j] * x[j])
//		}
//	}
//
// dst has one value a row and must not overlap anything. NaN passes through.
func (m *Matrix) Mul(dst []float32, x *Active) {
	m.check("result", len(dst), m.rows)
	m.check("active neurons' population", x.size, m.cols)
	mul(dst, m.w, m.cols, x.index, x.value)
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
	m.check("result", len(dst), m.rows)
	m.check("vector", len(x), m.cols)
	mul64(dst, m.w, m.cols, x)
}

func (m *Matrix) check(what string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("kernel: %s of %d for a matrix of %d × %d", what, got, m.rows, m.cols))
	}
}

// Active lists the neurons of a population whose rate is not 0, ascending.
type Active struct {
	size  int
	index []int32
	value []float32
}

// NewActive returns an empty list for a population of that size.
func NewActive(size int) *Active {
	return &Active{size: size, index: make([]int32, 0, size), value: make([]float32, 0, size)}
}

// Set lists the neurons with rates that are not 0 (NaN is not 0).
func (a *Active) Set(rates []float32) {
	if len(rates) != a.size {
		panic(fmt.Sprintf("kernel: %d rates for a population of %d", len(rates), a.size))
	}
	index, value := a.index[:a.size], a.value[:a.size]
	n := 0
	for j, r := range rates {
		index[n], value[n] = int32(j), r
		if r != 0 {
			n++
		}
	}
	a.index, a.value = index[:n], value[:n]
}
