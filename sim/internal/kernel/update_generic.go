package kernel

import "math"

// strip is 16 rows of a pathway: the slices begin with the first column's rows,
// and columns are stride values apart. What a kernel doesn't need is nil.
type strip struct {
	w, v, slope, m, q []float32
	stride, cols      int
	post              []float32 // 16 values
	pre               []float32 // a value a column
	table             *ruleTable
	sums              []float32 // sumCount × 16
}

// descendGeneric is the loop of Plastic.Descend over a strip.
func descendGeneric(s *strip) {
	eta, decay := s.table.at(tableEta), s.table.at(tableDecay)
	clear(s.sums)
	for j, pre := range s.pre {
		for i, post := range s.post {
			n := j*s.stride + i
			g := float32(post * pre)
			s.addPower(i, pre, s.slope[n])
			delta := fma(decay, s.w[n], float32(g*abs(s.slope[n])))
			s.v[n] = fma(eta, delta, s.v[n])
			s.express(i, n)
		}
	}
}

// adamGeneric is the loop of Plastic.Adam over a strip.
func adamGeneric(s *strip) {
	t := s.table
	eta, decay := t.at(tableEta), t.at(tableDecay)
	clear(s.sums)
	for j, pre := range s.pre {
		for i, post := range s.post {
			n := j*s.stride + i
			g := float32(post * pre)
			s.addPower(i, pre, s.slope[n])
			delta := fma(decay, s.w[n], fma(g, abs(s.slope[n]), adamTrace))
			s.m[n] = fma(s.m[n], adamKeep1, delta)
			s.q[n] = fma(s.q[n], adamKeep2, float32(delta*delta))
			root := float32(math.Sqrt(float64(s.q[n])))
			s.v[n] = fma(eta, s.m[n]/(root+adamEpsilon), s.v[n])
			s.express(i, n)
		}
	}
}

func (s *strip) addPower(i int, pre, slope float32) {
	at := &s.sums[sumOfPowers*stripRows+i]
	r := float32(pre * slope)
	*at = fma(r, r, *at)
}

// express finds weight and slope of entry n, in row i, from its v.
func (s *strip) express(i, n int) {
	t := s.table
	value, slope := softplus(float32(t.at(tableAlpha) * s.v[n]))
	w := float32(value * t.at(tableInverseAlpha))
	if largest := t.at(tableLargest); !(w < largest) {
		w = largest
	}
	if math.Signbit(float64(s.slope[n])) {
		w, slope = 0, -slope
	}
	s.w[n], s.slope[n] = w, slope
	s.addDeviation(i, w)
}

func (s *strip) addDeviation(i int, w float32) {
	d := w - s.table.at(tableShift)
	s.sums[sumOfDeviations*stripRows+i] += d
	square := &s.sums[sumOfSquares*stripRows+i]
	*square = fma(d, d, *square)
}

// scaleGeneric is the loop of Plastic.scaleRows over a strip; post holds the
// rows' scales.
func scaleGeneric(s *strip) {
	clear(s.sums[:sumOfPowers*stripRows])
	for j := range s.cols {
		for i, scale := range s.post {
			n := j*s.stride + i
			s.w[n] = float32(s.w[n] * scale)
			s.addDeviation(i, s.w[n])
		}
	}
}

// logisticGeneric is the loop of Logistic.
func logisticGeneric(dst, x []float32) {
	for n, x := range x {
		_, dst[n] = softplus(x)
	}
}
