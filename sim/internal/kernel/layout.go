package kernel

// stripRows is the rows of a strip: the lanes that the kernels' bits are defined by.
const stripRows = 16

// layout says where the entries of a matrix, post × pre, lie: in panels of equal
// size, column after column, a column's rows side by side. A panel is 64 rows, or
// 48, 32 or 16 where 64 don't divide the rows rounded up to strips. So a kernel
// that has rows as lanes walks a strip of 16 rows with a fixed stride. Rows beyond
// the matrix are there, and hold 0.
type layout struct {
	rows, cols  int
	panelStrips int // how many strips a panel has, 1 … 4
}

func newLayout(rows, cols int) layout {
	l := layout{rows: rows, cols: cols, panelStrips: 4}
	for l.strips()%l.panelStrips != 0 {
		l.panelStrips--
	}
	return l
}

// size is how many values a matrix takes.
func (l layout) size() int { return l.strips() * stripRows * l.cols }

func (l layout) strips() int { return (l.rows + stripRows - 1) / stripRows }

// strip is where strip n begins and how far its columns are apart.
func (l layout) strip(n int) (begin, stride int) {
	k := l.panelStrips
	return n/k*k*stripRows*l.cols + n%k*stripRows, k * stripRows
}

// pack takes the entries of a dense row-major matrix.
func (l layout) pack(dst, dense []float32) {
	for n := range l.strips() {
		begin, stride := l.strip(n)
		for row := n * stripRows; row < min((n+1)*stripRows, l.rows); row++ {
			for col, w := range dense[row*l.cols : (row+1)*l.cols] {
				dst[begin+col*stride+row%stripRows] = w
			}
		}
	}
}

// unpack is the reverse of pack.
func (l layout) unpack(dense, src []float32) {
	for n := range l.strips() {
		begin, stride := l.strip(n)
		for row := n * stripRows; row < min((n+1)*stripRows, l.rows); row++ {
			for col := range l.cols {
				dense[row*l.cols+col] = src[begin+col*stride+row%stripRows]
			}
		}
	}
}
