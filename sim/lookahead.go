package sim

import (
	"context"
	"math"
	"sync"
	"sync/atomic"

	"eisweep/sim/internal/kernel"
)

// lookahead settles the stimuli of a sequence side by side, with weights that stay
// as they are, and hands them over in order. It holds nothing that belongs to a
// task's state: what it has not handed over can be settled again, to the same bits.
//
// It works in rounds of a few milliseconds. In each a batch steps on this goroutine,
// and one more on each core that spare lends for the round; between two rounds
// nothing runs. Which batch settles an item shows in no bit of it.
type lookahead struct {
	settler  *settler
	stimulus func(item int, x []float32)
	spare    Spare    // nil: no core but this goroutine's
	end      int      // the number of items
	batches  []*batch // none where items settle one by one
	steps    int      // of a round

	mu      sync.Mutex // in a round, of what follows
	awaited int        // the item that is asked for; those before it are forgotten
	next    int        // the first item that has no lane yet
	ready   map[int]*settling
	unused  []*settling
}

// settling is how a stimulus has settled.
type settling struct {
	outcome
	nan    bool
	re, ri []float32
}

// Fewer states than fewLanes take less time one by one. So far ahead of the item
// that is handed over may others settle, for each batch.
const (
	fewLanes    = 24
	farthest    = 4 * kernel.Lanes
	mostBatches = 16
	mostSteps   = 500
	noBatches   = "generic"
)

// newLookahead begins a sequence at an item; stimulus writes an item's input, and
// may be called by several goroutines.
func newLookahead(s *settler, first, end int, stimulus func(item int, x []float32)) *lookahead {
	l := &lookahead{settler: s, stimulus: stimulus, awaited: first, next: first, end: end,
		ready: map[int]*settling{}, steps: min(s.patience*4, mostSteps)}
	if s.net.Convolution == nil { // a step takes longer
		l.steps = max(1, min(s.patience/4, mostSteps))
	}
	if end-first >= fewLanes && kernel.Name() != noBatches {
		l.batches = append(l.batches, newBatch(l))
	}
	return l
}

// settle leaves the rates of an item in the settler's state, as settler.settle
// does; items are asked for in order, each as often as one likes. It returns the
// context's error soon after that ends, and may then be asked again.
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

// await forgets what has been handed over for good.
func (l *lookahead) await(item int) {
	for ; l.awaited < item; l.awaited++ {
		if s := l.ready[l.awaited]; s != nil {
			l.unused = append(l.unused, s)
			delete(l.ready, l.awaited)
		}
	}
}

// round steps the batch that has the item, and others on spare cores until that one
// has done its part. It reports whether any batch has it, with states enough beside.
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

// holder is the batch that has the item or will take it; nil where that is none.
func (l *lookahead) holder(item int) *batch {
	for _, b := range l.batches {
		if b.holds(item) >= 0 || item == l.next && b.running < kernel.Lanes {
			return b
		}
	}
	return nil
}

// others are batches besides first, as many as there is work and cores are lent for.
func (l *lookahead) others(first *batch) (others []*batch, release func()) {
	var releases []func()
	left := l.end - l.next // the items that no batch has
	for n := 0; l.spare != nil && n <= min(len(l.batches), mostBatches-1); n++ {
		running := 0
		if n < len(l.batches) {
			running = l.batches[n].running
		}
		if running+left < fewLanes || n < len(l.batches) && l.batches[n] == first {
			continue
		}
		back, ok := l.spare()
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

// room reports whether the next item may be begun.
func (l *lookahead) room() bool {
	return l.next < l.end && l.next < l.awaited+farthest*len(l.batches)
}

// put keeps what an item has come to until it is asked for.
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

// alone settles an item by itself: one of the last of a sequence, from where its
// lane has come to.
func (l *lookahead) alone(ctx context.Context, item int) (outcome, error) {
	for _, b := range l.batches {
		if n := b.holds(item); n >= 0 {
			at := &b.lanes[n]
			b.states.Extract(n, l.settler.state)
			out, err := l.settler.goOn(ctx, at.steps, nil)
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
