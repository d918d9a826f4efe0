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

// sweepRoster is the roster as this connection knows it.
type sweepRoster struct {
	q      *Queue
	listen sync.Once
	stale  chan struct{} // asks for the roster to be read again
	moved  atomic.Bool   // it may lie in another store

	mu       sync.Mutex
	store    time.Time // when the stream was created that it is in
	seq      uint64    // of the roster that was read last
	low      uint64    // of a roster below that, which was read since lowSince
	lowSince time.Time
	heard    time.Time // when one was received last
	open     []protocol.OpenSweep
	clock    uint64
	last     map[string]uint64 // by sweep: when it had its turn
}

// lies records when the stream of the roster was created, and its last sequence. A stream
// that ends before what was read of it was restored from a backup.
func (r *sweepRoster) lies(store time.Time, last uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !store.Equal(r.store) || last < r.seq {
		r.store, r.seq = store, 0
	}
}

// take takes a roster that was read at a sequence, or received (0), and reports whether it differs from the
// one before.
func (r *sweepRoster) take(open []protocol.OpenSweep, seq uint64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch now := time.Now(); {
	case seq == 0:
		r.heard = now
	case seq < r.seq && !r.stays(seq, now), seq == r.seq && now.Sub(r.heard) < readLag:
		return false // a server that lags behind
	default:
		r.seq, r.low = seq, 0
	}
	if slices.Equal(open, r.open) {
		return false
	}
	last := make(map[string]uint64, len(open))
	for _, s := range open {
		if at, ok := r.last[s.Name]; ok {
			last[s.Name] = at
		} else {
			// Workers that start at once don't all begin with the same sweep.
			last[s.Name] = rand.Uint64N(1 << 20)
		}
	}
	r.clock = max(r.clock, 1<<20)
	r.open, r.last = slices.Clone(open), last
	return true
}

// stays reports whether a roster with a lower number was read for longer than a server lags: the
// stream was restored from a backup, and has been written to since.
func (r *sweepRoster) stays(seq uint64, now time.Time) bool {
	if seq != r.low {
		r.low, r.lowSince = seq, now
	}
	return now.Sub(r.lowSince) >= rereadEvery
}

// roundRobin orders the sweeps and counts the first as served.
func (r *sweepRoster) roundRobin() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	sorted := slices.Clone(r.open)
	slices.SortStableFunc(sorted, func(a, b protocol.OpenSweep) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(r.last[a.Name], r.last[b.Name]))
	})
	names := make([]string, len(sorted))
	for i := range sorted {
		names[i] = sorted[i].Name
	}
	r.count(names...)
	return names
}

// count has the first of the sweeps wait for its next turn.
func (r *sweepRoster) count(names ...string) {
	if len(names) > 0 {
		r.clock++
		r.last[names[0]] = r.clock
	}
}

// served counts a sweep whose task was taken although it was another's turn, which
// had none.
func (r *sweepRoster) served(sweep string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.last[sweep]; ok {
		r.count(sweep)
	}
}

// reread has the roster read again soon.
func (r *sweepRoster) reread() {
	select {
	case r.stale <- struct{}{}:
	default:
	}
}

// readLag is how long after a roster was received a read may still return the one before:
// it was under way, or the server had not stored what it passed on.
const readLag = 500 * time.Millisecond
