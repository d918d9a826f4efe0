package kernel

import "slices"

// layers are the exceptions of a Convolution as products of 16 rows each: row
// begin + l takes weight[l] from source[l], 0 where it has none in this layer.
type layers struct {
	begin  []int32
	source []int32   // 16 a layer
	weight []float32 // 16 a layer
}

// newLayers puts the exceptions of a row in ascending order of their columns, one
// a layer; transposed, rows are columns.
func newLayers(exceptions []Exception, transposed bool) layers {
	byRow := map[int][]Exception{}
	for _, e := range exceptions {
		if transposed {
			e.Row, e.Col = e.Col, e.Row
		}
		byRow[e.Row] = append(byRow[e.Row], e)
	}
	for _, row := range byRow {
		slices.SortFunc(row, func(a, b Exception) int { return a.Col - b.Col })
	}
	var l layers
	for begin := 0; begin < gridSize; begin += stripRows {
		l.addStrip(begin, byRow)
	}
	source, weight := aligned[int32](len(l.source)), aligned[float32](len(l.weight))
	copy(source, l.source)
	copy(weight, l.weight)
	l.source, l.weight = source, weight
	return l
}

// addStrip adds the layers of the 16 rows from begin on.
func (l *layers) addStrip(begin int, byRow map[int][]Exception) {
	depth := 0
	for lane := range stripRows {
		depth = max(depth, len(byRow[begin+lane]))
	}
	for n := range depth {
		l.begin = append(l.begin, int32(begin))
		for lane := range stripRows {
			var e Exception
			if row := byRow[begin+lane]; n < len(row) {
				e = row[n]
			}
			l.source, l.weight = append(l.source, int32(e.Col)), append(l.weight, e.Value)
		}
	}
}

// add adds the layers to dst, in order:
//
//	for n, begin := range l.begin {
//		for lane := range 16 {
//			dst[begin+lane] = fma(weight[16n+lane], x[source[16n+lane]], dst[begin+lane])
//		}
//	}
func (l *layers) add(dst, x []float32) {
	if len(l.begin) > 0 {
		addLayers(dst, x, l)
	}
}

func addLayersGeneric(dst, x []float32, l *layers) {
	for n, begin := range l.begin {
		source, weight := l.source[n*stripRows:][:stripRows], l.weight[n*stripRows:][:stripRows]
		for lane, w := range weight {
			dst[int(begin)+lane] = fma(w, x[source[lane]], dst[int(begin)+lane])
		}
	}
}
