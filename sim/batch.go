package sim

import (
	"sync/atomic"

	"eisweep/sim/internal/kernel"
)

// batch settles items of a lookahead side by side, one per lane. It has its own memory and
// only reads the weights, so several batches can step concurrently.
type batch struct {
	ahead   *lookahead
	states  *kernel.Batch
	x       []float32
	lanes   [kernel.Lanes]lane
	running int // lanes that have an item
}

// lane is the item that a lane of the batch settles.
type lane struct {
	busy        bool
	item, steps int
}

func newBatch(l *lookahead) *batch {
	s := l.settler.state
	return &batch{ahead: l, states: kernel.NewBatch(len(s.RE), len(s.RI)), x: make([]float32, len(s.RE))}
}

// work steps until that many steps are done, stop is set, or too few states are left to be
// worth settling side by side.
func (b *batch) work(steps int, stop *atomic.Bool) {
	for ; steps > 0 && !stop.Load() && b.fill(); steps-- {
		b.step()
	}
}

// fill gives idle lanes the next items, and reports whether stepping side by side is
// worthwhile: the last few items take less time alone.
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
	return b.running >= minLanes || b.running > 0 && b.ahead.next < b.ahead.end
}

// begin starts the next item in a lane.
func (b *batch) begin(n int) {
	l, s := b.ahead, b.ahead.settler
	l.stimulus(l.next, b.x)
	b.states.Begin(n, b.x, s.re0, s.ri0)
	b.lanes[n] = lane{busy: true, item: l.next}
	l.next++
	b.running++
}

// step advances every lane by one step and frees the lanes whose items have ended.
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
		still := s.isSettled(largestE, largestI)
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

// holds returns the lane of an item, or −1 if no lane has it.
func (b *batch) holds(item int) int {
	for n := range b.lanes {
		if b.lanes[n].busy && b.lanes[n].item == item {
			return n
		}
	}
	return -1
}
