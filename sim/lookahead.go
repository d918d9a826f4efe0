package sim

import (
	"context"
	"math"
	"sync"
	"sync/atomic"

	"eisweep/sim/internal/kernel"
)

// lookahead settles the stimuli of a sequence side by side, with constant weights, and
// returns them in order. It holds nothing that belongs to a task's state: an item that was
// not returned can be settled again, with the same bits.
//
// It works in rounds of a few milliseconds. In each round one batch steps on this
// goroutine, and one more on each core that is lent for the round; between two rounds
// nothing runs. The bits of an item do not depend on which batch settles it.
type lookahead struct {
	settler  *settler
	stimulus func(item int, x []float32)
	cores    CoreLender // nil: only this goroutine's core
	end      int        // the number of items
	batches  []*batch   // none where items settle one by one
	steps    int        // of a round

	mu      sync.Mutex // guards what follows, during a round
	awaited int        // the item that is being returned; earlier ones are dropped
	next    int        // the first item that has not been given a lane
	ready   map[int]*settling
	unused  []*settling
}

// settling is how a stimulus has settled.
type settling struct {
	outcome
	nan    bool
	re, ri []float32
}

const (
	minLanes      = 24               // fewer states take less time one by one
	maxAhead      = 4 * kernel.Lanes // how many items ahead of the awaited one each batch may settle
	maxBatches    = 16
	maxRoundSteps = 500
	noBatches     = "generic" // kernels that are not faster side by side
)

// newLookahead starts a sequence at an item. stimulus writes an item's input and may be
// called by several goroutines.
func newLookahead(s *settler, first, end int, stimulus func(item int, x []float32)) *lookahead {
	l := &lookahead{settler: s, stimulus: stimulus, awaited: first, next: first, end: end,
		ready: map[int]*settling{}, steps: min(s.pollInterval*4, maxRoundSteps)}
	if s.net.Convolution == nil { // a step takes longer
		l.steps = max(1, min(s.pollInterval/4, maxRoundSteps))
	}
	if end-first >= minLanes && kernel.Name() != noBatches {
		l.batches = append(l.batches, newBatch(l))
	}
	return l
}

// settle leaves the rates of an item in the settler's state, as settler.settle does. Items
// are requested in order, each any number of times. If the context ends, settle returns its
// error soon after, and can be called again.
func (l *lookahead) settle(ctx context.Context, item int) (outcome, error) {
	l.await(item)
	for l.ready[item] == nil {
		if err := ctx.Err(); err != nil {
			return outcome{}, err
		}
		if !l.round(item) {
			return l.alone(ctx, item)
		}
	}
	s := l.ready[item]
	copy(l.settler.state.RE, s.re)
	copy(l.settler.state.RI, s.ri)
	if s.nan {
		return outcome{}, errNaN{}
	}
	return s.outcome, nil
}

// await drops the items before this one.
func (l *lookahead) await(item int) {
	for ; l.awaited < item; l.awaited++ {
		if s := l.ready[l.awaited]; s != nil {
			l.unused = append(l.unused, s)
			delete(l.ready, l.awaited)
		}
	}
}

// round steps the batch that has the item, and others on lent cores until that one is done.
// It reports false if no batch has the item, or too few other states to be worthwhile.
func (l *lookahead) round(item int) bool {
	first := l.holder(item)
	if first == nil || !first.fill() {
		return false
	}
	others, release := l.others(first)
	defer release()
	var stop atomic.Bool
	var working sync.WaitGroup
	for _, b := range others {
		working.Go(func() { b.work(math.MaxInt, &stop) })
	}
	first.work(l.steps, &stop)
	stop.Store(true)
	working.Wait()
	return true
}

// holder returns the batch that has the item or can take it; nil if there is none.
func (l *lookahead) holder(item int) *batch {
	for _, b := range l.batches {
		if b.holds(item) >= 0 || item == l.next && b.running < kernel.Lanes {
			return b
		}
	}
	return nil
}

// others returns batches other than first, as many as there is work for and cores are lent.
func (l *lookahead) others(first *batch) (others []*batch, release func()) {
	var releases []func()
	left := l.end - l.next // the items that no batch has
	for n := 0; l.cores != nil && n <= min(len(l.batches), maxBatches-1); n++ {
		running := 0
		if n < len(l.batches) {
			running = l.batches[n].running
		}
		if running+left < minLanes || n < len(l.batches) && l.batches[n] == first {
			continue
		}
		back, ok := l.cores()
		if !ok {
			break
		}
		if n == len(l.batches) {
			l.batches = append(l.batches, newBatch(l))
		}
		releases, others = append(releases, back), append(others, l.batches[n])
		left -= min(left, kernel.Lanes-running)
	}
	return others, func() {
		for _, back := range releases {
			back()
		}
	}
}

// room reports whether the next item may be started.
func (l *lookahead) room() bool {
	return l.next < l.end && l.next < l.awaited+maxAhead*len(l.batches)
}

// put stores how an item has settled until it is requested.
func (l *lookahead) put(item int, fill func(*settling)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var s *settling
	if n := len(l.unused); n > 0 {
		s, l.unused = l.unused[n-1], l.unused[:n-1]
	} else {
		s = &settling{re: make([]float32, len(l.settler.state.RE)), ri: make([]float32, len(l.settler.state.RI))}
	}
	fill(s)
	l.ready[item] = s
}

// alone settles one of the last items of a sequence by itself, continuing from the state of
// its lane.
func (l *lookahead) alone(ctx context.Context, item int) (outcome, error) {
	for _, b := range l.batches {
		if n := b.holds(item); n >= 0 {
			at := &b.lanes[n]
			b.states.Extract(n, l.settler.state)
			out, err := l.settler.resume(ctx, at.steps, nil)
			if ctx.Err() == nil || err == nil {
				b.free(at)
			}
			return out, err
		}
	}
	l.next = max(l.next, item+1)
	l.stimulus(item, l.settler.x)
	return l.settler.settle(ctx, l.settler.x, nil)
}
