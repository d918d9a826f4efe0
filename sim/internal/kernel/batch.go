package kernel

// Lanes is how many states a batch holds.
const Lanes = 48

// Batch is Lanes states of one network that settle side by side, each under its
// own stimulus. The bits of each are those of a State's, whatever the others do.
type Batch struct {
	nE, nI             int
	re, he, x, y       []float32 // (padded rows, Lanes)
	ri, hi, old, bg    []float32
	unit               []float32
	planes             []float32
	largestE, largestI []float32
	nan                []uint32
	sums               []float32 // of a group
	scratch            *Scratch
	lane, lane2        []float32
}

// NewBatch returns a batch of states at rest.
func NewBatch(nE, nI int) *Batch {
	e := func() []float32 { return aligned[float32](padded(nE) * Lanes) }
	i := func() []float32 { return aligned[float32](padded(nI) * Lanes) }
	b := &Batch{nE: nE, nI: nI, re: e(), he: e(), x: e(), y: e(), ri: i(), hi: i(), old: i(), bg: aligned[float32](padded(nI)),
		unit: aligned[float32](padded(nE)), largestE: aligned[float32](Lanes), largestI: aligned[float32](Lanes),
		nan: aligned[uint32](Lanes), sums: aligned[float32](8 * Lanes), planes: aligned[float32](2 * gridSize * stripRows),
		scratch: NewScratch(), lane: aligned[float32](gridSize), lane2: aligned[float32](gridSize)}
	fill(b.unit[:nE], 1)
	return b
}

// Begin gives a lane a new state, as State.Begin does.
func (b *Batch) Begin(lane int, x []float32, re, ri float32) {
	checkLength("inputs", len(x), b.nE)
	for n, v := range x {
		at := n*Lanes + lane
		b.x[at], b.re[at], b.he[at] = v, re, re
	}
	for n := b.nE; n < padded(b.nE); n++ { // where a NaN may have been
		b.re[n*Lanes+lane], b.he[n*Lanes+lane] = 0, 0
	}
	for n := range padded(b.nI) {
		at := n*Lanes + lane
		b.ri[at], b.hi[at] = ri, ri
		if n >= b.nI {
			b.ri[at], b.hi[at] = 0, 0
		}
	}
}

// Rates copies the rates of a lane.
func (b *Batch) Rates(lane int, re, ri []float32) {
	for n := range re {
		re[n] = b.re[n*Lanes+lane]
	}
	for n := range ri {
		ri[n] = b.ri[n*Lanes+lane]
	}
}

// Largest is what State.Step returns, of a lane.
func (b *Batch) Largest(lane int) (largestE, largestI float32, nan bool) {
	return b.largestE[lane], b.largestI[lane], b.nan[lane] != 0
}

// Step is State.Step of every lane. No column is left out, which no finite weight
// shows.
func (b *Batch) Step(net *Network, c *Constants) {
	clear(b.largestE)
	clear(b.largestI)
	clear(b.nan)
	scale := b.excite(net)
	copy(b.old, b.ri)
	fill(b.bg[:b.nI], c.InhInput)
	batchInhibitory(b, net, c)
	batchExcitatory(b, net, c, scale)
}

// excite leaves wee·re in b.y, without the scales, which it returns.
func (b *Batch) excite(net *Network) (scale []float32) {
	switch {
	case net.Convolution != nil:
		batchConvolve(b, net.Convolution)
		return net.Convolution.scale
	case net.WEE != nil:
		batchProduct(b, net.WEE)
	default:
		clear(b.y)
	}
	return b.unit
}

// groups calls f for every group of rows, size of them: with the number of the
// first row and where the group's weights begin in a matrix of that layout.
func (l layout) groups(size int, f func(row, begin int)) {
	for row := 0; row < l.strips()*stripRows; row += size {
		begin, _ := l.strip(row / stripRows)
		f(row, begin+row%stripRows)
	}
}

// Extract copies a lane to a state, which continues from there with the same bits.
func (b *Batch) Extract(lane int, s *State) {
	for n := range s.RE {
		at := n*Lanes + lane
		s.RE[n], s.HE[n], s.exc.x[n] = b.re[at], b.he[at], b.x[at]
	}
	for n := range s.RI {
		at := n*Lanes + lane
		s.RI[n], s.HI[n] = b.ri[at], b.hi[at]
	}
	s.active.Set(s.RE)
}
