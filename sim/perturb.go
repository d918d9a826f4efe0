package sim

import (
	"context"
	"math"

	"eisweep/sim/internal/nprandom"
)

// perturbingState is the state of a PERTURB (docs/model.md#perturb). First all stimuli settle
// unpushed, then all with the first chosen neuron pushed, then all with the second,
// always in row-major order: rate changes come in the order in which they are kept.
type perturbingState struct {
	chosen     []int
	next       int // the current settling, of (1 + n_perturbed) · s³
	stimuli    int // s³
	responsesE []float32
	change     *rateChanges // (n_perturbed; s, s, s, n_e)
	bins       *bins        // nil until all states have settled
}

func newPerturbingState(task *Task) *state {
	p := &task.Parameters
	chosen := ascending(p.NE())
	nprandom.New(task.Seed).Shuffle(chosen)
	chosen = chosen[:p.Perturb.NPerturbed]
	size := p.NStimuli() * p.NE()
	return &state{stage: push, perturbing: &perturbingState{chosen: chosen, stimuli: p.NStimuli(),
		responsesE: make([]float32, size), change: newRateChanges(len(chosen), size, task.Spool)}}
}

// items returns the number of settlings.
func (t *perturbingState) items() int { return (1 + len(t.chosen)) * t.stimuli }

// push settles one stimulus, with or without more input to one neuron.
func (s *Simulation) push(ctx context.Context) error {
	t, nE := s.state.perturbing, s.p.NE()
	stimulus := t.next % t.stimuli
	if s.ahead == nil {
		s.ahead = newLookahead(s.settler, t.next, t.items(), s.pushedStimulus)
		s.ahead.cores = s.task.Cores
	}
	out, err := s.ahead.settle(ctx, t.next)
	if err != nil {
		return s.locate(err, stimulusAt(stimulus, s.p.Inp.NStimuli))
	}
	base := t.responsesE[stimulus*nE : (stimulus+1)*nE]
	if t.next < t.stimuli {
		copy(base, s.settler.state.RE)
	} else if err := s.keepChange(ctx, base); err != nil {
		return err
	}
	s.state.count(out)
	t.next++
	if t.next == t.items() {
		s.state.stage = finished
		s.logPerturbation()
	}
	return nil
}

// keepChange stores the difference of the settled rates from the unpushed ones. After the last
// one it sorts them all into bins. After an error it can be called again.
func (s *Simulation) keepChange(ctx context.Context, base []float32) error {
	t, nE := s.state.perturbing, s.p.NE()
	neuron, stimulus := t.next/t.stimuli-1, t.next%t.stimuli
	change := t.change.block(neuron)[stimulus*nE : (stimulus+1)*nE]
	for n, r := range s.settler.state.RE {
		change[n] = (r - base[n]) / s.p.Perturb.Size
	}
	if stimulus < t.stimuli-1 {
		return nil
	}
	err := t.change.keep(neuron)
	if err == nil && t.next == t.items()-1 {
		t.bins, err = binByCorrelation(ctx, t, s.task.Source.CorrelationsEE, nE)
	}
	return err
}

// pushedStimulus writes the input of a settling.
func (s *Simulation) pushedStimulus(item int, x []float32) {
	t := s.state.perturbing
	s.settler.input.stimulus(x, stimulusAt(item%t.stimuli, s.p.Inp.NStimuli))
	if n := item / t.stimuli; n > 0 {
		x[t.chosen[n-1]] += s.p.Perturb.Size
	}
}

// bins are the pairs of rate change and correlation, binned by correlation.
type bins struct {
	edges        []float64 // (10)
	mean, sem    []float64 // (9)
	leftOut      int       // pairs whose correlation is NaN
	pairs        int
	sums, square []float64
	counts       []int
}

const binCount = 9

// binByCorrelation pairs each rate change with the correlation, as float32, of
// its neuron to the pushed one, in 9 equal bins between min − 1e-3 and max + 1e-3
// of the paired correlations, closed below and open above.
func binByCorrelation(ctx context.Context, t *perturbingState, correlations []float64, nE int) (*bins, error) {
	b, buffer := newBins(t.chosen, correlations, nE), t.change.buffer()
	for _, deviations := range []bool{false, true} {
		for p, neuron := range t.chosen {
			changes, err := t.change.read(p, buffer)
			if err != nil {
				return nil, err
			}
			which := b.binsOf(correlations[neuron*nE : (neuron+1)*nE])
			for ; len(changes) > 0; changes = changes[nE:] {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				b.add(which, changes[:nE], deviations)
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

// binsOf returns the bin of each correlation; −1 for NaN.
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

// add adds values to the sums of their bins, or the squares of their deviations.
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

// logPerturbation logs a finished PERTURB.
func (s *Simulation) logPerturbation() {
	t := s.state.perturbing
	s.logf("PERTURB, seed %d: %d of %d E neurons pushed by %g, %d stimuli", s.task.Seed, len(t.chosen), s.p.NE(), s.p.Perturb.Size,
		s.p.NStimuli())
	s.logf(statesFormat, s.state.unsettled, s.state.done)
	s.logf("%d pairs in the bins, %d left out for want of a correlation", t.bins.pairs, t.bins.leftOut)
}
