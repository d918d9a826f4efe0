package kernel

import "math"

// Network is the weight matrices of the model. The E neurons excite each other by
// Convolution, else by WEE, else, where both are nil, not at all.
type Network struct {
	Convolution        *Convolution
	WEE, WEI, WIE, WII *Panels
}

// Constants of an Euler step: k = dt/τ of both populations, the highest rate and
// the constant input to the I neurons.
type Constants struct {
	KE, KI, RMax, InhInput float32
}

// State is a network's state while it settles: the rates RE and RI, and the
// levels HE and HI that are integrated without the clipping.
type State struct {
	RE, RI, HE, HI []float32
	active         *Active // E neurons
	excitation     []float32
	unit           []float32 // scales of rows without one
	scratch        *Scratch
	exc            excitatory
	inh            inhibitory
}

// padded is n rounded up to whole strips.
func padded(n int) int { return (n + stripRows - 1) / stripRows * stripRows }

// NewState returns a state for populations of these sizes.
func NewState(nE, nI int) *State {
	e := func() []float32 { return aligned[float32](padded(nE)) }
	i := func() []float32 { return aligned[float32](padded(nI)) }
	s := &State{active: NewActive(nE), excitation: e(), unit: e(), scratch: NewScratch()}
	fill(s.unit[:nE], 1)
	s.exc = excitatory{input: i(), r: e(), h: e(), x: e(), index: s.active.index[:cap(s.active.index)]}
	s.inh = inhibitory{r: i(), h: i(), bg: i()}
	s.RE, s.HE, s.RI, s.HI = s.exc.r[:nE], s.exc.h[:nE], s.inh.r[:nI], s.inh.h[:nI]
	return s
}

// Begin takes the stimulus x, and sets every E neuron's rate and level to re and
// every I neuron's to ri.
func (s *State) Begin(x []float32, re, ri float32) {
	checkLength("inputs", len(x), len(s.RE))
	copy(s.exc.x, x)
	fill(s.RE, re)
	fill(s.HE, re)
	fill(s.RI, ri)
	fill(s.HI, ri)
	s.active.Set(s.RE)
}

// Step is one Euler step, both populations from the old rates (docs/model.md#settling):
//
//	d_e := k_e·(fma(scale, excitation, x − wei·ri) − re)
//	d_i := k_i·(((wie·re − wii·ri) − ri) + bg)
//	h += d;  r = h clipped to [0, rMax], −0 and NaN kept
//
// excitation is wee·re without the rows' scales. wei·ri and wie·re − wii·ri are
// one chain of fma a row, ascending, from 0; wee and wie leave silent E neurons
// out (wie where fewer than 4 in 5 are active), which no finite weight shows.
//
// It returns the largest |d| over the unclipped neurons of each population, 0
// where all are clipped, and whether an h is NaN, which never counts as largest.
func (s *State) Step(net *Network, c *Constants) (largestE, largestI float32, nan bool) {
	scale := s.excite(net, s.RE, s.active)
	copy(s.exc.input, s.RI)
	s.advanceInhibitory(net, c)
	s.advanceExcitatory(net, c, scale)
	return s.exc.largest, s.inh.largest, s.exc.nan|s.inh.nan != 0
}

// excite leaves wee·re in s.excitation, without the scales, which it returns.
func (s *State) excite(net *Network, re []float32, active *Active) (scale []float32) {
	switch {
	case net.Convolution != nil:
		net.Convolution.Mul(s.excitation, re, s.scratch)
		return net.Convolution.scale
	case net.WEE != nil:
		net.WEE.MulActive(s.excitation, re, active)
	default:
		clear(s.excitation)
	}
	return s.unit
}

// excitatory is a step of the E neurons, as the kernels take it.
type excitatory struct {
	w              []float32 // wei
	input          []float32 // ri
	r, h           []float32
	x, y, scale    []float32 // stimulus, excitation and its scale
	index          []int32   // lists the active ones
	cols           int       // of w
	strips, panels int       // strips of each panel; panels
	active         int       // how many index lists
	k, rMax        float32
	largest        float32
	nan            uint32
}

func (s *State) advanceExcitatory(net *Network, c *Constants, scale []float32) {
	e, m := &s.exc, net.WEI
	e.w, e.cols, e.strips = m.w, m.cols, m.panelStrips
	e.panels = m.strips() / e.strips
	e.y, e.scale = s.excitation, scale
	e.k, e.rMax, e.largest, e.nan, e.active = c.KE, c.RMax, 0, 0, 0
	stepExcitatory(e)
	s.active.index = s.active.index[:e.active]
	if e.nan != 0 { // a NaN reaches the lanes beyond the population
		s.active.Set(s.RE)
	}
}

// inhibitory is a step of the I neurons, as the kernels take it.
type inhibitory struct {
	wie, re        []float32
	index          []int32 // the active E neurons
	wii, input     []float32
	r, h, bg       []float32 // bg is 0 beyond the population
	nE, nI         int
	active         int // how many index lists, −1 where all E neurons count
	strips, panels int
	k, rMax        float32
	largest        float32
	nan            uint32
}

func (s *State) advanceInhibitory(net *Network, c *Constants) {
	i, m := &s.inh, net.WIE
	i.wie, i.wii, i.nE, i.nI, i.strips = m.w, net.WII.w, m.cols, m.rows, m.panelStrips
	i.panels = m.strips() / i.strips
	i.re, i.input, i.index, i.active = s.RE, s.exc.input, s.active.index, len(s.active.index)
	if 5*i.active >= 4*i.nE {
		i.active = -1
	}
	if math.Float32bits(i.bg[0]) != math.Float32bits(c.InhInput) { // not so from the second step on
		fill(i.bg[:i.nI], c.InhInput)
	}
	i.k, i.rMax, i.largest, i.nan = c.KI, c.RMax, 0, 0
	stepInhibitory(i)
}

// Excitation is wee·re, the recurrent input to the E neurons at given rates.
func (s *State) Excitation(net *Network, re, dst []float32) {
	s.active.Set(re)
	scale := s.excite(net, re, s.active)
	for n := range dst {
		dst[n] = float32(scale[n] * s.excitation[n])
	}
	s.active.Set(s.RE)
}

// Inhibition is wei·ri, the inhibitory input to the E neurons at given rates.
func (s *State) Inhibition(net *Network, ri, dst []float32) {
	net.WEI.Mul(dst, ri)
}

func fill(x []float32, v float32) {
	for n := range x {
		x[n] = v
	}
}
