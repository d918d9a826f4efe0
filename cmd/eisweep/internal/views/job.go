package views

import (
	"context"
	"time"
)

// job is a kind of work that may wait for storage. At most one goroutine does it at a time. Its fields are guarded by the hub's lock.
type job struct {
	longest time.Duration // the longest pause for the sake of the share of a core
	begun   time.Time     // zero while nobody does it
	next    time.Time     // when it may be done again
}

// slow is after how long a job is said to be under way: what it finds out is then older than readers expect.
const slow = 5 * time.Second

// begin has a job done without the lock, unless it is being done or is not due yet. The lock is held.
func (h *hub) begin(j *job, interval time.Duration, do func(ctx context.Context)) {
	if now := time.Now(); h.closed || !j.begun.IsZero() || now.Before(j.next) {
		return
	}
	j.begun = time.Now()
	h.done.Go(func() {
		do(h.ending)
		h.mu.Lock()
		defer h.mu.Unlock()
		now := time.Now()
		busy := min(j.longest, time.Duration(float64(now.Sub(j.begun))/share))
		j.begun, j.next = time.Time{}, now.Add(max(interval, busy))
	})
}

// findStale finds the oldest job that takes long, and tells streams when that is another one. The lock is held.
func (h *hub) findStale(now time.Time) {
	var stale time.Time
	for _, j := range []*job{&h.status, &h.directories, &h.tables, &h.tasks} {
		if !j.begun.IsZero() && now.Sub(j.begun) > slow && (stale.IsZero() || j.begun.Before(stale)) {
			stale = j.begun
		}
	}
	if !stale.Equal(h.stale) {
		h.stale = stale
		h.broadcast(event("state", h.newState()))
	}
}
