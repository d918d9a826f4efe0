package sim

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"eisweep/sim/internal/kernel"
)

// place is a point of what parameters may be.
type place struct {
	axis, stimuli  int
	kappa, p       float32
	ee, ei, ie, ii float32 // total weights, of x onto y
}

func usualPlace(axis, stimuli int) place {
	return place{axis: axis, stimuli: stimuli, kappa: 1, p: 0.6, ee: 2, ei: 5, ie: 1, ii: 1}
}

func (c place) parameters() Parameters {
	p := Defaults(Gradient)
	p.Ng.Exc.NPerAxis, p.Inp.NStimuli, p.Inp.VonmisesKappa = c.axis, c.stimuli, c.kappa
	p.Sy.E2E, p.Sy.E2I = Connection{WTotal: c.ee, P: c.p}, Connection{WTotal: c.ei, P: c.p}
	p.Sy.I2E, p.Sy.I2I = Connection{WTotal: c.ie, P: c.p}, Connection{WTotal: c.ii, P: c.p}
	return p
}

// refusal is the parameter for which a place is refused, and why; "" where it runs. No
// total weight between the populations may be 0, and no probability may leave a
// neuron without a synapse where it has a total weight.
func (c place) refusal() (name, reason string) {
	nE := c.axis * c.axis * c.axis
	none := func(total float32, n int) bool { return total > 0 && math.RoundToEven(float64(c.p)*float64(n)) == 0 }
	switch {
	case c.ei == 0:
		return "sy.e2i.w_total", "out of range"
	case c.ie == 0:
		return "sy.i2e.w_total", "out of range"
	case none(c.ie, nE/8):
		return "sy.i2e.p", "the smallest value that gives one is"
	case none(c.ee, nE):
		return "sy.e2e.p", "the smallest value that gives one is"
	}
	return "", ""
}

// TestEveryPlaceOfTheRangeIsRefusedOrRight walks through a coarse grid of the sizes,
// tunings, probabilities and total weights that parameters allow; with -short, of
// small networks.
func TestEveryPlaceOfTheRangeIsRefusedOrRight(t *testing.T) {
	var places []place
	for axis := 2; axis <= 6; axis++ {
		for _, stimuli := range []int{1, 2, 3, 5, 8} {
			places = append(places, usualPlace(axis, stimuli))
		}
	}
	for _, kappa := range []float32{0.1, 4, 16} {
		for _, p := range []float32{0.05, 0.3, 1} {
			c := usualPlace(4, 4)
			c.kappa, c.p = kappa, p
			places = append(places, c)
			c.axis, c.stimuli = 3, 5
			places = append(places, c)
		}
	}
	for _, axis := range []int{2, 4, 8} {
		for n := range 4 {
			c := usualPlace(axis, 8)
			*[]*float32{&c.ee, &c.ei, &c.ie, &c.ii}[n] = 0
			places = append(places, c)
		}
	}
	for _, stimuli := range []int{1, 6, 7, 12, 16} {
		places = append(places, usualPlace(8, stimuli))
	}
	places = append(places, usualPlace(7, 7), usualPlace(12, 2))
	for _, c := range places {
		if !testing.Short() || c.axis <= 4 {
			c.hold(t)
		}
	}
}

// TestWholeRange is the same walk with every size, which takes long.
func TestWholeRange(t *testing.T) {
	if os.Getenv("EISWEEP_ACCEPTANCE") != "1" {
		t.Skip("takes some ten minutes: make acceptance")
	}
	for axis := 2; axis <= 12; axis++ {
		for stimuli := 1; stimuli <= 16; stimuli++ {
			for _, kappa := range []float32{0.1, 0.5, 1, 4, 16} {
				for _, p := range []float32{0.05, 0.25, 0.6, 1} {
					c := usualPlace(axis, stimuli)
					c.kappa, c.p = kappa, p
					c.hold(t)
				}
			}
		}
	}
}

// hold checks that a place is refused as expected, or computed correctly.
func (c place) hold(t *testing.T) {
	s, err := New(&Task{Experiment: Gradient, Seed: 1, Parameters: c.parameters()})
	if name, reason := c.refusal(); name != "" {
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), reason) {
			t.Errorf("%+v: %v, want it refused for %s", c, err, name)
		}
		return
	}
	if err != nil {
		t.Errorf("%+v: %v", c, err)
		return
	}
	if err := s.prepare(t.Context()); err != nil {
		t.Errorf("%+v: %v", c, err)
		return
	}
	if fault := errors.Join(c.wrongWeights(s), c.wrongSteps(s), c.wrongGradient(t, s)); fault != nil {
		t.Errorf("%+v: %v", c, fault)
	}
}

// wrongWeights looks at wee: the rows have their total, or are empty, and there are
// no more synapses than published.
func (c place) wrongWeights(s *Simulation) error {
	nE := s.p.NE()
	for post := range nE {
		sum := 0.0
		for _, w := range s.net.wee[post*nE : (post+1)*nE] {
			sum += float64(w)
		}
		if sum != 0 && !(math.Abs(sum-float64(c.ee)) <= 1e-5*float64(c.ee)) {
			return fmt.Errorf("row %d of wee sums to %g", post, sum)
		}
	}
	most := nE*nE - int(math.Floor((1-float64(c.p))*float64(nE*nE)))
	if n := connected(s.net.wee); n > most || c.ee == 0 && n > 0 {
		return fmt.Errorf("%d synapses in wee, at most %d are due", n, most)
	}
	return nil
}

// wrongSteps compares some Euler steps of docs/model.md#settling, by single states and in a batch,
// with a dense computation in float64.
func (c place) wrongSteps(s *Simulation) error {
	const steps = 20
	net := s.settler
	at := [3]int{0, c.stimuli / 2, c.stimuli - 1}
	net.input.stimulus(net.x, at)
	net.state.Begin(net.x, net.re0, net.ri0)
	batch := kernel.NewBatch(s.p.NE(), s.p.NI())
	batch.Begin(5, net.x, net.re0, net.ri0)
	want := newDenseState(s, at)
	for range steps {
		net.state.Step(&net.net, &net.constants)
		batch.Step(&net.net, &net.constants)
		want.step()
	}
	re, ri := make([]float32, s.p.NE()), make([]float32, s.p.NI())
	batch.Rates(5, re, ri)
	for _, pair := range []struct {
		what string
		got  []float32
		want []float64
	}{{"E rates", net.state.RE, want.re}, {"I rates", net.state.RI, want.ri}, {"E levels", net.state.HE, want.he}, {"I levels", net.state.HI,
		want.hi},
		{"E rates of a batch", re, want.re}, {"I rates of a batch", ri, want.ri}} {
		scale, off := largest(pair.want), 0.0
		for n, w := range pair.want {
			off = max(off, math.Abs(float64(pair.got[n])-w))
		}
		if !(off <= 2e-5*scale) {
			return fmt.Errorf("%s are off by %g, the largest is %g", pair.what, off, scale)
		}
	}
	return nil
}

// wrongGradient puts the gradient at the state that wrongSteps leaves into its equation,
// written out in float64, where that is not large, and wants little to be left beside the
// equation's terms. How far the solution is away depends on the equation besides.
func (c place) wrongGradient(t *testing.T, s *Simulation) error {
	if s.p.NE() > 512 {
		return nil
	}
	s.findError()
	if err := s.findGradient(t.Context()); err != nil {
		return err
	}
	equation, err := s.gradient.writeOut(t.Context())
	if err != nil {
		return err
	}
	off, size := 0.0, 0.0
	for i, e := range s.scratch.e {
		rest, terms := float64(e), math.Abs(float64(e))
		for j, b := range s.gradient.post {
			term := equation.row(i)[j] * float64(b)
			rest, terms = rest-term, terms+math.Abs(term)
		}
		off, size = off+rest*rest, size+terms*terms
	}
	if !(off <= gradientTolerance*gradientTolerance*size) {
		return fmt.Errorf("the gradient leaves %.2g of its equation", math.Sqrt(off/size))
	}
	return nil
}

// denseState is the network in float64, with its input recomputed.
type denseState struct {
	p                  *Parameters
	wee, wei, wie, wii []float32
	x, re, ri, he, hi  []float64
}

func newDenseState(s *Simulation, at [3]int) *denseState {
	p := s.p
	d := &denseState{p: p, wee: s.net.wee, wei: s.settler.net.WEI.Unpack(), wie: s.settler.net.WIE.Unpack(), wii: s.net.wii}
	tuning := densePlainTuning(p.Ng.Exc.NPerAxis, p.Inp.NStimuli, float64(p.Inp.VonmisesKappa))
	for n := range p.NE() {
		g := stimulusAt(n, p.Ng.Exc.NPerAxis)
		f := tuning[g[1]][at[0]] * tuning[g[0]][at[1]] * tuning[g[2]][at[2]]
		d.x = append(d.x, float64(p.Inp.Exc.PeakStimulus)*f+float64(p.Inp.Exc.BgInput))
		d.re = append(d.re, float64(p.Pl.Rho0))
	}
	for range p.NI() {
		d.ri = append(d.ri, float64(p.Inp.Inh.BgInput))
	}
	d.he, d.hi = append(d.he, d.re...), append(d.hi, d.ri...)
	return d
}

// densePlainTuning is the table of one axis by package math.
func densePlainTuning(neurons, locations int, kappa float64) [][]float64 {
	lowest, highest := math.Inf(1), math.Inf(-1)
	table := make([][]float64, neurons)
	for n := range table {
		for l := range locations {
			v := math.Exp(kappa * (math.Cos(2*math.Pi*(float64(l)/float64(locations)-float64(n)/float64(neurons))) - 1))
			table[n] = append(table[n], v)
			lowest, highest = min(lowest, v), max(highest, v)
		}
	}
	for _, row := range table {
		for l := range row {
			row[l] = (row[l] - lowest) / (highest - lowest)
		}
	}
	return table
}

func (d *denseState) step() {
	constants := func(tau float32) float64 { return float64(d.p.Numint.Dt) / float64(tau) }
	kE, kI := constants(d.p.Ng.Exc.TauM), constants(d.p.Ng.Inh.TauM)
	de, di := make([]float64, len(d.re)), make([]float64, len(d.ri))
	for i := range de {
		de[i] = kE * (d.x[i] - product(d.wei, i, d.ri) + product(d.wee, i, d.re) - d.re[i])
	}
	for i := range di {
		di[i] = kI * (product(d.wie, i, d.re) - product(d.wii, i, d.ri) - d.ri[i] + float64(d.p.Inp.Inh.BgInput))
	}
	move := func(h, r, by []float64) {
		for n := range h {
			h[n] += by[n]
			r[n] = min(max(h[n], 0), float64(d.p.Ng.RMax))
		}
	}
	move(d.he, d.re, de)
	move(d.hi, d.ri, di)
}

// product is row i of a matrix with as many columns as there are rates, times these.
func product(w []float32, i int, rates []float64) float64 {
	sum := 0.0
	for j, r := range rates {
		sum += float64(w[i*len(rates)+j]) * r
	}
	return sum
}
