package queue

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"eisweep/internal/protocol"
)

// offered is the offer as this connection knows it.
type offered struct {
	listen sync.Once
	stale  chan struct{} // asks for the offer to be read again
	moved  atomic.Bool   // it may lie in another store

	mu       sync.Mutex
	store    time.Time // when the stream was made that it lies in
	seq      uint64    // of the offer that was read last
	low      uint64    // of an offer below that, which was read since lowSince
	lowSince time.Time
	heard    time.Time // when one was heard last
	open     []protocol.OpenSweep
	clock    uint64
	last     map[string]uint64 // by sweep: when it had its turn
}

// lies says when the stream was made that the offer lies in, and its last sequence. A stream
// that ends before what was read of it was restored from a backup.
func (o *offered) lies(store time.Time, last uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !store.Equal(o.store) || last < o.seq {
		o.store, o.seq = store, 0
	}
}

// take reports whether the offer is another than before.
func (o *offered) take(open []protocol.OpenSweep, seq uint64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch now := time.Now(); {
	case seq == 0:
		o.heard = now
	case seq < o.seq && !o.stays(seq, now), seq == o.seq && now.Sub(o.heard) < offerLag:
		return false // a server that lags behind
	default:
		o.seq, o.low = seq, 0
	}
	if slices.Equal(open, o.open) {
		return false
	}
	last := make(map[string]uint64, len(open))
	for _, s := range open {
		if at, ok := o.last[s.Name]; ok {
			last[s.Name] = at
		} else {
			// Workers that start at once don't all begin with the same sweep.
			last[s.Name] = rand.Uint64N(1 << 20)
		}
	}
	o.clock = max(o.clock, 1<<20)
	o.open, o.last = slices.Clone(open), last
	return true
}

// stays says whether an offer with a lower number was read for longer than a server lags: the
// stream was restored from a backup, and has been written to since.
func (o *offered) stays(seq uint64, now time.Time) bool {
	if seq != o.low {
		o.low, o.lowSince = seq, now
	}
	return now.Sub(o.lowSince) >= offerEvery
}

// turn orders the sweeps and counts the first as served.
func (o *offered) turn() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	sorted := slices.Clone(o.open)
	slices.SortStableFunc(sorted, func(a, b protocol.OpenSweep) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(o.last[a.Name], o.last[b.Name]))
	})
	names := make([]string, len(sorted))
	for i := range sorted {
		names[i] = sorted[i].Name
	}
	o.count(names...)
	return names
}

// count has the first of the sweeps wait for its next turn.
func (o *offered) count(names ...string) {
	if len(names) > 0 {
		o.clock++
		o.last[names[0]] = o.clock
	}
}

// served counts a sweep whose task was taken although it was another's turn, which
// had none.
func (o *offered) served(sweep string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, ok := o.last[sweep]; ok {
		o.count(sweep)
	}
}

// reread has the offer read again soon.
func (o *offered) reread() {
	select {
	case o.stale <- struct{}{}:
	default:
	}
}

// offerLag is how long after an offer was heard a read may still bring the one before:
// it was under way, or the server had not stored what it passed on.
const offerLag = 500 * time.Millisecond
