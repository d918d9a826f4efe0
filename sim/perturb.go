package sim

import (
	"context"
	"math"
)

// perturbingState is the state of a PERTURB (MODEL.md 8). Stimuli go in
// row-major order; each settles unpushed first, then with each chosen neuron
// pushed in turn.
type perturbingState struct {
	chosen     []int
	stimulus   int // the stimulus at hand
	pushed     int // of chosen, how many have been pushed there; −1 before the unpushed state
	responsesE []float32
	change     []float32 // (n_perturbed, s, s, s, n_e)
	bins       *bins     // once all is settled
}

func newPerturbingState(task *Task) *state {
	p := &task.Parameters
	chosen := ascending(p.NE())
	newRandomState(task.Seed).shuffle(chosen)
	chosen = chosen[:p.Perturb.NPerturbed]
	size := p.NStimuli() * p.NE()
	return &state{stage: push, perturbing: &perturbingState{chosen: chosen, pushed: -1,
		responsesE: make([]float32, size), change: make([]float32, len(chosen)*size)}}
}

// push settles one stimulus, with or without more input to one neuron.
func (s *Simulation) push(ctx context.Context) error {
	t, nE := s.state.perturbing, s.p.NE()
	at := stimulusAt(t.stimulus, s.p.Inp.NStimuli)
	each := len(t.chosen) + 1
	if s.ahead == nil {
		s.ahead = newLookahead(s.settler, t.stimulus*each+t.pushed+1, s.p.NStimuli()*each, s.pushedStimulus)
	}
	out, err := s.ahead.settle(ctx, t.stimulus*each+t.pushed+1)
	if err != nil {
		return s.located(err, at)
	}
	re, base := s.settler.state.RE, t.responsesE[t.stimulus*nE:(t.stimulus+1)*nE]
	if t.pushed < 0 {
		copy(base, re)
	} else {
		change := t.changes(t.pushed, t.stimulus, nE)
		for n, r := range re {
			change[n] = (r - base[n]) / s.p.Perturb.Size
		}
	}
	if t.stimulus == s.p.NStimuli()-1 && t.pushed == len(t.chosen)-1 {
		b, err := binByCorrelation(ctx, t, s.task.Source.CorrelationsEE, nE)
		if err != nil {
			clear(t.changes(t.pushed, t.stimulus, nE)) // back to what it was
			return err
		}
		t.bins = b
		s.state.stage = finished
	}
	s.state.count(out)
	t.pushed++
	if t.pushed == len(t.chosen) {
		t.stimulus, t.pushed = t.stimulus+1, -1
	}
	if s.state.stage == finished {
		s.logPerturbation()
	}
	return nil
}

// pushedStimulus writes the input of a settling: for each stimulus the unpushed one,
// then one for each chosen neuron.
func (s *Simulation) pushedStimulus(n int, x []float32) {
	t := s.state.perturbing
	each := len(t.chosen) + 1
	s.settler.input.stimulus(x, stimulusAt(n/each, s.p.Inp.NStimuli))
	if k := n % each; k > 0 {
		x[t.chosen[k-1]] += s.p.Perturb.Size
	}
}

// changes is the rate change of all E neurons while one is pushed.
func (t *perturbingState) changes(pushed, stimulus, nE int) []float32 {
	n := pushed*len(t.responsesE) + stimulus*nE
	return t.change[n : n+nE]
}

// bins are the pairs of rate change and correlation, binned by correlation.
type bins struct {
	edges        []float64 // (10)
	mean, sem    []float64 // (9)
	leftOut      int       // pairs without a correlation
	pairs        int
	sums, square []float64
	counts       []int
}

const binCount = 9

// binByCorrelation pairs each rate change with the correlation, as float32, of
// its neuron to the pushed one, in 9 equal bins between min − 1e-3 and max + 1e-3
// of the paired correlations, closed below and open above.
func binByCorrelation(ctx context.Context, t *perturbingState, correlations []float64, nE int) (*bins, error) {
	b := newBins(t.chosen, correlations, nE)
	stimuli := len(t.responsesE) / nE
	for _, deviations := range []bool{false, true} {
		for p, neuron := range t.chosen {
			which := b.binsOf(correlations[neuron*nE : (neuron+1)*nE])
			for stimulus := range stimuli {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				b.add(which, t.changes(p, stimulus, nE), deviations)
			}
		}
		if !deviations {
			b.findMeans()
		}
	}
	b.findErrors()
	return b, nil
}

func newBins(chosen []int, correlations []float64, nE int) *bins {
	lowest, highest := math.Inf(1), math.Inf(-1)
	for _, neuron := range chosen {
		for _, c := range correlations[neuron*nE : (neuron+1)*nE] {
			if c := float64(float32(c)); c == c {
				lowest, highest = min(lowest, c), max(highest, c)
			}
		}
	}
	if lowest > highest { // not one correlation
		lowest, highest = math.NaN(), math.NaN()
	}
	b := &bins{edges: make([]float64, binCount+1), mean: make([]float64, binCount), sem: make([]float64, binCount),
		sums: make([]float64, binCount), square: make([]float64, binCount), counts: make([]int, binCount)}
	lowest, highest = lowest-1e-3, highest+1e-3
	for n := range b.edges {
		b.edges[n] = lowest + float64(float64(n)*((highest-lowest)/binCount))
	}
	b.edges[binCount] = highest
	return b
}

// binsOf finds the bin of each correlation, −1 where there is none.
func (b *bins) binsOf(correlations []float64) []int {
	which := make([]int, len(correlations))
	for n, c := range correlations {
		which[n] = -1
		for k := range binCount {
			if float64(float32(c)) >= b.edges[k] {
				which[n] = k
			}
		}
	}
	return which
}

// add sums values into their bins, or the squares of their deviations.
func (b *bins) add(which []int, values []float32, deviations bool) {
	for n, k := range which {
		switch v := float64(values[n]); {
		case k < 0:
			if !deviations {
				b.leftOut++
			}
		case deviations:
			d := v - b.mean[k]
			b.square[k] += float64(d * d)
		default:
			b.sums[k] += v
			b.counts[k]++
		}
	}
}

func (b *bins) findMeans() {
	for k := range b.mean {
		b.mean[k] = b.sums[k] / float64(b.counts[k]) // NaN for an empty bin
		b.pairs += b.counts[k]
	}
}

// findErrors sets the standard errors (n − 1); NaN below two values.
func (b *bins) findErrors() {
	for k := range b.sem {
		n := float64(b.counts[k])
		b.sem[k] = math.NaN()
		if n > 1 {
			b.sem[k] = math.Sqrt(b.square[k]/(n-1)) / math.Sqrt(n)
		}
	}
}

// centres are the middles of the bins.
func (b *bins) centres() []float64 {
	c := make([]float64, binCount)
	for k := range c {
		c[k] = (b.edges[k] + b.edges[k+1]) / 2
	}
	return c
}

// logPerturbation describes a finished PERTURB.
func (s *Simulation) logPerturbation() {
	t := s.state.perturbing
	s.logf("PERTURB, seed %d: %d of %d E neurons pushed by %g, %d stimuli", s.task.Seed, len(t.chosen), s.p.NE(), s.p.Perturb.Size, s.p.NStimuli())
	s.logf("%d of %d states did not settle and were used as they were", s.state.unsettled, s.state.done)
	s.logf("%d pairs in the bins, %d left out for want of a correlation", t.bins.pairs, t.bins.leftOut)
}
