package sim

import (
	"context"

	"eisweep/sim/internal/kernel"
)

// lookahead settles the stimuli of a sequence side by side, with weights that stay
// as they are, and hands them over in order. It holds nothing that belongs to a
// task's state: what it has not handed over can be settled again, to the same bits.
// Several of them, each with a part of the sequence, can run at a time.
type lookahead struct {
	settler  *settler
	batch    *kernel.Batch
	stimulus func(item int, x []float32)
	next     int // the first item that has no lane yet
	end      int // the number of items
	lanes    [kernel.Lanes]lane
	running  int // lanes that have an item
	ready    map[int]*settling
	spare    []*settling
}

// lane is what a lane of the batch settles.
type lane struct {
	busy        bool
	item, steps int
}

// settling is how a stimulus has settled.
type settling struct {
	outcome
	nan    bool
	re, ri []float32
}

// Fewer states than these take less time one by one; and so far ahead of the item
// that is handed over may others settle.
const (
	fewLanes  = 24
	farthest  = 4 * kernel.Lanes
	noBatches = "generic"
)

// newLookahead begins a sequence at an item; stimulus writes an item's input.
func newLookahead(s *settler, first, end int, stimulus func(item int, x []float32)) *lookahead {
	l := &lookahead{settler: s, stimulus: stimulus, next: first, end: end, ready: map[int]*settling{}}
	if end-first >= fewLanes && kernel.Name() != noBatches {
		l.batch = kernel.NewBatch(len(s.state.RE), len(s.state.RI))
	}
	return l
}

// settle leaves the rates of an item in the settler's state, as settler.settle
// does; items are asked for in order. It returns the context's error soon after
// that ends, and may then be asked again.
func (l *lookahead) settle(ctx context.Context, item int) (outcome, error) {
	for l.ready[item] == nil {
		if err := ctx.Err(); err != nil {
			return outcome{}, err
		}
		if l.batch == nil && l.running == 0 {
			l.stimulus(item, l.settler.x)
			l.next = item + 1
			return l.settler.settle(ctx, l.settler.x, nil)
		}
		l.fill(item)
		if l.running < fewLanes && l.next == l.end {
			return l.alone(ctx, item)
		}
		l.step()
	}
	s := l.ready[item]
	delete(l.ready, item)
	l.spare = append(l.spare, s)
	copy(l.settler.state.RE, s.re)
	copy(l.settler.state.RI, s.ri)
	if s.nan {
		return outcome{}, errNaN{}
	}
	return s.outcome, nil
}

// fill gives idle lanes the next items.
func (l *lookahead) fill(item int) {
	for n := range l.lanes {
		if l.next == l.end || l.next >= item+farthest {
			return
		}
		if !l.lanes[n].busy {
			l.stimulus(l.next, l.settler.x)
			l.batch.Begin(n, l.settler.x, l.settler.re0, l.settler.ri0)
			l.lanes[n] = lane{busy: true, item: l.next}
			l.next++
			l.running++
		}
	}
}

// step takes every lane one step on, and frees those that have come to their end.
func (l *lookahead) step() {
	s := l.settler
	l.batch.Step(&s.net, &s.constants)
	for n := range l.lanes {
		at := &l.lanes[n]
		if !at.busy {
			continue
		}
		at.steps++
		largestE, largestI, nan := l.batch.Largest(n)
		still := s.still(largestE, largestI)
		if still || nan || at.steps == s.maxSteps {
			r := l.room()
			r.outcome, r.nan = outcome{settled: still && !nan, steps: at.steps}, nan
			l.batch.Rates(n, r.re, r.ri)
			l.ready[at.item], at.busy = r, false
			l.running--
		}
	}
}

func (l *lookahead) room() *settling {
	if n := len(l.spare); n > 0 {
		r := l.spare[n-1]
		l.spare = l.spare[:n-1]
		return r
	}
	return &settling{re: make([]float32, len(l.settler.state.RE)), ri: make([]float32, len(l.settler.state.RI))}
}

// alone settles an item by itself: the last ones of a sequence, from where their
// lanes have come to.
func (l *lookahead) alone(ctx context.Context, item int) (outcome, error) {
	for n := range l.lanes {
		if at := &l.lanes[n]; at.busy && at.item == item {
			l.batch.Extract(n, l.settler.state)
			out, err := l.settler.goOn(ctx, at.steps, nil)
			if ctx.Err() == nil || err == nil {
				at.busy = false
				l.running--
			}
			return out, err
		}
	}
	l.stimulus(item, l.settler.x)
	return l.settler.settle(ctx, l.settler.x, nil)
}
