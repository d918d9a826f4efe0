package sim

import (
	"sync/atomic"

	"eisweep/sim/internal/kernel"
)

// batch settles items of a lookahead, one a lane. It has memory of its own and reads
// the weights, so that several of them step at a time.
type batch struct {
	ahead   *lookahead
	states  *kernel.Batch
	x       []float32
	lanes   [kernel.Lanes]lane
	running int // lanes that have an item
}

// lane is what a lane of the batch settles.
type lane struct {
	busy        bool
	item, steps int
}

func newBatch(l *lookahead) *batch {
	s := l.settler.state
	return &batch{ahead: l, states: kernel.NewBatch(len(s.RE), len(s.RI)), x: make([]float32, len(s.RE))}
}

// work steps until that many steps are done, or stop says so, or too few states are
// left to go on side by side.
func (b *batch) work(steps int, stop *atomic.Bool) {
	for ; steps > 0 && !stop.Load() && b.fill(); steps-- {
		b.step()
	}
}

// fill gives idle lanes the next items and reports whether stepping is worth it:
// the last few items take less time alone.
func (b *batch) fill() bool {
	if b.running < kernel.Lanes {
		b.ahead.mu.Lock()
		defer b.ahead.mu.Unlock()
		for n := range b.lanes {
			if !b.lanes[n].busy && b.ahead.room() {
				b.begin(n)
			}
		}
	}
	return b.running >= fewLanes || b.running > 0 && b.ahead.next < b.ahead.end
}

// begin gives a lane the next item.
func (b *batch) begin(n int) {
	l, s := b.ahead, b.ahead.settler
	l.stimulus(l.next, b.x)
	b.states.Begin(n, b.x, s.re0, s.ri0)
	b.lanes[n] = lane{busy: true, item: l.next}
	l.next++
	b.running++
}

// step takes every lane one step on, and frees those that have come to their end.
func (b *batch) step() {
	s := b.ahead.settler
	b.states.Step(&s.net, &s.constants)
	for n := range b.lanes {
		at := &b.lanes[n]
		if !at.busy {
			continue
		}
		at.steps++
		largestE, largestI, nan := b.states.Largest(n)
		still := s.still(largestE, largestI)
		if still || nan || at.steps == s.maxSteps {
			b.ahead.put(at.item, func(r *settling) {
				r.outcome, r.nan = outcome{settled: still && !nan, steps: at.steps}, nan
				b.states.Rates(n, r.re, r.ri)
			})
			b.free(at)
		}
	}
}

func (b *batch) free(at *lane) {
	at.busy = false
	b.running--
}

// holds returns the lane that has an item, −1 where none has.
func (b *batch) holds(item int) int {
	for n := range b.lanes {
		if b.lanes[n].busy && b.lanes[n].item == item {
			return n
		}
	}
	return -1
}
