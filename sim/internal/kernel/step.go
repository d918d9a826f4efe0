package kernel

// Network is the four weight matrices of the model, packed. A nil WEE stands for
// no such synapses.
type Network struct {
	WEE, WEI, WIE, WII *Matrix
}

// Constants of an Euler step: k = dt/τ of both populations, the highest rate and
// the constant input to the I neurons.
type Constants struct {
	KE, KI, RMax, InhInput float32
}

// State is a network's state while it settles: the rates RE and RI, and the
// levels HE and HI that are integrated without the clipping.
type State struct {
	RE, RI, HE, HI   []float32
	activeE, activeI *Active
	plusE, minusE    []float32
	plusI, minusI    []float32
}

// NewState returns a state for populations of these sizes.
func NewState(nE, nI int) *State {
	e := func() []float32 { return make([]float32, nE) }
	i := func() []float32 { return make([]float32, nI) }
	return &State{RE: e(), HE: e(), plusE: e(), minusE: e(), activeE: NewActive(nE),
		RI: i(), HI: i(), plusI: i(), minusI: i(), activeI: NewActive(nI)}
}

// Reset sets every E neuron's rate and level to re and every I neuron's to ri.
func (s *State) Reset(re, ri float32) {
	fill(s.RE, re)
	fill(s.HE, re)
	fill(s.RI, ri)
	fill(s.HI, ri)
}

// Step is one Euler step under the stimulus x, both populations from the old
// rates (MODEL.md 4). It returns the largest |d| over the unclipped neurons of
// each population, 0 where all are clipped, and whether a d was NaN.
func (s *State) Step(net *Network, x []float32, c *Constants) (largestE, largestI float32, nan bool) {
	s.activeE.Set(s.RE)
	s.activeI.Set(s.RI)
	if net.WEE != nil {
		net.WEE.Mul(s.plusE, s.activeE)
	}
	net.WEI.Mul(s.minusE, s.activeI)
	net.WIE.Mul(s.plusI, s.activeE)
	net.WII.Mul(s.minusI, s.activeI)
	largestE, nanE := advance(s.RE, s.HE, x, s.minusE, s.plusE, c.KE, c.RMax)
	largestI, nanI := advanceInhibitory(s.RI, s.HI, s.plusI, s.minusI, c.KI, c.RMax, c.InhInput)
	return largestE, largestI, nanE || nanI
}

// Excitation is wee·re, the recurrent input to the E neurons at given rates.
func (s *State) Excitation(net *Network, re, dst []float32) {
	if net.WEE == nil {
		clear(dst)
		return
	}
	s.activeE.Set(re)
	net.WEE.Mul(dst, s.activeE)
}

// Inhibition is wei·ri, the inhibitory input to the E neurons at given rates.
func (s *State) Inhibition(net *Network, ri, dst []float32) {
	s.activeI.Set(ri)
	net.WEI.Mul(dst, s.activeI)
}

func fill(x []float32, v float32) {
	for n := range x {
		x[n] = v
	}
}
