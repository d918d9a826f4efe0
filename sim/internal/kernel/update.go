package kernel

// Rule holds the constants by which the weights of a pathway follow from what
// learns, and learn (docs/model.md#plastic-weights,
// docs/model.md#learning-rules).
type Rule struct {
	Alpha   float32 // α of w = softplus(αv)/α
	Largest float32 // no weight is larger
	Eta     float32 // learning rate
	Decay   float32 // of the weights
}

// Plastic is a pathway whose weights learn, in place. Rows beyond the matrix have
// no synapses: what learns may move there, the weights stay 0.
type Plastic struct {
	W, V    *Panels   // the weights, and what learns
	slope   []float32 // σ(αv), with the sign bit set where no synapse was drawn
	m, q    []float32 // Adam's corrected moments, nil where there are none
	table   *ruleTable
	sums    []float32 // of each row: of w − shift, of its square, of (pre·slope)²
	scale   []float32 // of each row
	post    []float32
	Moments [2]float32 // mean and population variance of the weights
}

// The sums of a row of a strip that an update leaves.
const (
	sumOfDeviations = iota
	sumOfSquares
	sumOfPowers
	sumCount
)

// NewPlastic returns a pathway of that shape, with Adam's moments or without.
func NewPlastic(rows, cols int, rule Rule, adam bool) *Plastic {
	l := newLayout(rows, cols)
	n := l.size()
	p := &Plastic{W: NewPanels(rows, cols), V: NewPanels(rows, cols), slope: aligned[float32](n), table: newRuleTable(&rule),
		sums: aligned[float32](l.strips() * sumCount * stripRows), scale: aligned[float32](l.strips() * stripRows),
		post: aligned[float32](l.strips() * stripRows)}
	if adam {
		p.m, p.q = aligned[float32](n), aligned[float32](n)
	}
	return p
}

// Dense is the state of a pathway, row-major: weights, what learns, and Adam's
// moments, nil where there are none.
type Dense struct {
	W, V, M, Q []float32
}

// Load takes the state, and z: 1 where a synapse was drawn, 0 elsewhere. Moments
// are those of the weights.
func (p *Plastic) Load(d Dense, z []float32) {
	p.W.Pack(d.W)
	p.V.Pack(d.V)
	if p.m != nil {
		p.W.pack(p.m, d.M)
		p.W.pack(p.q, d.Q)
	}
	clear(p.slope) // rows beyond the matrix have no synapses
	p.W.pack(p.slope, z)
	for n, drawn := range p.slope {
		_, s := softplus(float32(p.table.at(tableAlpha) * p.V.w[n]))
		if drawn == 0 {
			s = -s
		}
		p.slope[n] = s
	}
	p.findMoments()
}

// Dense returns a copy of the state.
func (p *Plastic) Dense() Dense {
	d := Dense{W: p.W.Unpack(), V: p.V.Unpack()}
	if p.m != nil {
		d.M, d.Q = make([]float32, len(d.W)), make([]float32, len(d.W))
		p.W.unpack(d.M, p.m)
		p.W.unpack(d.Q, p.q)
	}
	return d
}

// Descend moves v against the error and recomputes the weights
// (docs/model.md#approximate-and-backprop):
//
//	for i, j := range all entries {
//		Δ := fma(−decay, w, float32(post[i]·pre[j]) · |slope|)
//		v = fma(eta, Δ, v)
//		value, s := softplus(α·v)
//		w = min(value · (1/α), largest), 0 where no synapse was drawn
//		slope = s, its sign kept
//	}
//
// Of each row it keeps, in ascending order of j, the sums of d = w − shift and of
// d² (as fma(d, d, sum)) after, and of (pre·slope)² before the move. A NaN in v
// stays there, and its weight is finite. pre and post overlap nothing.
func (p *Plastic) Descend(post, pre []float32) { p.update(post, pre, p.Moments[0], descend) }

// DescendScaled is Descend, after which each row of weights is scaled to sum to total;
// a row that sums to ≤ 0 or NaN is left.
func (p *Plastic) DescendScaled(post, pre []float32, total float32) {
	shift := p.Moments[0]
	p.update(post, pre, 0, descend)
	for n := range p.scale {
		sum := p.sums[(n/stripRows*sumCount+sumOfDeviations)*stripRows+n%stripRows]
		p.scale[n] = 1
		if sum > 0 {
			p.scale[n] = total / sum
		}
	}
	p.scaleRows(shift)
}

// Adam is Descend by Adam's step, with the bias correction of the first step
// forever. Its moments are kept corrected, as m/0.1 and q/0.001:
//
//	Δ := fma(−decay, w, fma(float32(post[i]·pre[j]), |slope|, 1e-18))
//	m = fma(m, 0.9, Δ)
//	q = fma(q, 0.999, float32(Δ·Δ))
//	v = fma(eta, m/(√q + 1e-8), v)
//
// The trace of 1e-18 is nothing beside an error, but without it the moments of a
// pathway from a silent neuron decay to denormals, which take three times as long.
func (p *Plastic) Adam(post, pre []float32) { p.update(post, pre, p.Moments[0], adam) }

func (p *Plastic) update(post, pre []float32, shift float32, kernel func(*strip)) {
	checkLength("post-synaptic values", len(post), p.W.rows)
	checkLength("pre-synaptic values", len(pre), p.W.cols)
	copy(p.post, post)
	p.table.set(tableShift, shift)
	for n := range p.W.strips() {
		s := p.stripOf(n)
		s.post, s.pre = p.post[n*stripRows:(n+1)*stripRows], pre
		kernel(&s)
	}
	p.sumUp(shift)
}

// stripOf is one strip of the pathway, without rates.
func (p *Plastic) stripOf(n int) strip {
	begin, stride := p.W.strip(n)
	s := strip{w: p.W.w[begin:], v: p.V.w[begin:], slope: p.slope[begin:], stride: stride, cols: p.W.cols,
		table: p.table, sums: p.sums[n*sumCount*stripRows : (n+1)*sumCount*stripRows]}
	if p.m != nil {
		s.m, s.q = p.m[begin:], p.q[begin:]
	}
	return s
}

// scaleRows multiplies each row by its scale, and keeps the sums of d = w − shift
// and d² of the rows as they are then.
func (p *Plastic) scaleRows(shift float32) {
	p.table.set(tableShift, shift)
	for n := range p.W.strips() {
		s := p.stripOf(n)
		s.post = p.scale[n*stripRows : (n+1)*stripRows]
		scale(&s)
	}
	p.sumUp(shift)
}

// findMoments finds mean and variance of the weights as they are.
func (p *Plastic) findMoments() {
	for n := range p.scale {
		p.scale[n] = 1
	}
	p.scaleRows(0)
	p.scaleRows(p.Moments[0])
}

// sumUp finds the moments from the rows' sums of deviations from shift, which is
// the mean before: so that nothing cancels.
func (p *Plastic) sumUp(shift float32) {
	sum, square := 0.0, 0.0
	for row := range p.W.rows {
		at := row/stripRows*sumCount*stripRows + row%stripRows
		sum += float64(p.sums[at+sumOfDeviations*stripRows])
		square += float64(p.sums[at+sumOfSquares*stripRows])
	}
	n := float64(p.W.rows * p.W.cols)
	mean := sum / n
	p.Moments = [2]float32{float32(float64(shift) + mean), float32(max(0, square/n-float64(mean*mean)))}
}

// Power is Σ_j (pre[j]·slope[row, j])² of the last update, with the slopes before it.
func (p *Plastic) Power(row int) float32 {
	return p.sums[(row/stripRows*sumCount+sumOfPowers)*stripRows+row%stripRows]
}

// Finite reports whether all weights, and all of what learns, are finite.
func (p *Plastic) Finite() (w, v bool) { return finite(p.W.w), finite(p.V.w) }

func finite(x []float32) bool {
	for _, x := range x {
		if x-x != 0 {
			return false
		}
	}
	return true
}
