package kernel

const (
	stripRows = 16 // rows of a strip: the lanes that the kernels' bits are defined by
	panelRows = 64 // rows of a panel
)

// layout says where the entries of a matrix, post × pre, lie: in panels of 64
// rows (the last one of fewer, a multiple of 16), column after column, a column's
// rows side by side. So a kernel that has rows as lanes walks a strip of 16 rows
// with a fixed stride. Rows beyond the matrix are there, and hold 0.
type layout struct {
	rows, cols int
}

// size is how many values a matrix takes.
func (l layout) size() int { return l.strips() * stripRows * l.cols }

func (l layout) strips() int { return (l.rows + stripRows - 1) / stripRows }

// strip is where strip n begins and how far its columns are apart.
func (l layout) strip(n int) (begin, stride int) {
	first := n * stripRows / panelRows * panelRows
	stride = min(l.strips()*stripRows-first, panelRows)
	return first*l.cols + n*stripRows - first, stride
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
