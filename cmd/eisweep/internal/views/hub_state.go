package views

import (
	"context"
	"reflect"
	"slices"
	"time"

	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/internal/control"
	"eisweep/sweeps"
)

// readStatus asks the coordinator how far its sweeps are, and sends what changed.
func (h *hub) readStatus(context.Context) {
	asked := time.Now()
	s, workers := h.d.Coordinator.Snapshot(), h.d.Coordinator.Workers().Workers
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	h.taken, h.running = asked, s.Running
	h.show(h.overview.take(&s, workers, asked, now))
	h.updateWorkers(workers, now)
	h.beginReaders()
	h.sendRunning(now)
	if len(h.readers) > 0 {
		h.beginJobs()
	}
	h.wake()
}

// readDirectories reads what the directories of sweeps say, first those that streams show.
func (h *hub) readDirectories(ctx context.Context) {
	h.mu.Lock()
	live, shown := h.overview.live, []string{}
	for r := range h.readers {
		if r.sweep != "" {
			shown = append(shown, r.sweep)
		}
	}
	h.mu.Unlock()
	err := h.d.directories.look(ctx, live, shown, func(found findings) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.show(h.overview.find(found))
	})
	if err != nil && ctx.Err() == nil {
		h.d.Log.Debug("read the directories of sweeps for the dashboard", "error", err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.read = time.Now()
	h.beginReaders()
	h.wake()
}

// wake wakes those who wait for news. The lock is held.
func (h *hub) wake() {
	close(h.news)
	h.news = make(chan struct{})
}

// refresh has the status read, which then has every command before, and the directories unless that was done lately. It waits for both,
// but not for long.
func (h *hub) refresh(ctx context.Context) {
	asked := time.Now()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		h.mu.Lock()
		isTaken := !h.taken.Before(asked)
		isRead := asked.Sub(h.read) < listInterval
		if !isTaken {
			h.status.next = time.Time{}
			h.begin(&h.status, updateInterval, h.readStatus)
		}
		if !isRead && isTaken { // the directories of sweeps that the coordinator works on are not read
			h.directories.next = time.Time{}
			h.begin(&h.directories, listInterval, h.readDirectories)
		}
		news, closed := h.news, h.closed
		h.mu.Unlock()
		if isTaken && isRead || closed {
			return
		}
		select {
		case <-news:
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// state is the complete state now.
func (h *hub) state(ctx context.Context) (*api.State, error) {
	h.refresh(ctx)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.findStale(time.Now())
	return h.complete(), ctx.Err()
}

// row is the row of one sweep now.
func (h *hub) row(ctx context.Context, sweep string) (*api.Sweep, error) {
	h.refresh(ctx)
	h.mu.Lock()
	row, ok := h.overview.rows[sweep]
	h.mu.Unlock()
	if ok {
		copied := *row
		return &copied, nil
	}
	if !sweeps.IsName(sweep) || modified(h.d.Root.SweepDir(sweep)).IsZero() {
		return nil, noSweep(sweep)
	}
	var catalog inspect.LazyCatalog // its turn has not come yet
	return &api.Sweep{SweepOverview: inspect.ReadOverview(ctx, h.d.Root, &catalog, sweep)}, ctx.Err()
}

// freshness is how old what directories say may be where a stream begins with it.
const freshness = time.Minute

// beginReaders gives streams that do not have it the complete state once it is known, or after patience what there is. The lock is held.
func (h *hub) beginReaders() {
	now := time.Now()
	isKnown := now.Sub(h.taken) < longestPause && now.Sub(h.read) < freshness
	for r := range h.readers {
		if r.began || !isKnown && now.Sub(r.opened) < patience {
			continue
		}
		r.began = true
		h.send(r, event("state", h.complete()))
		h.send(r, event("workers", api.Workers{Workers: slices.Concat([]control.Worker{}, h.workers)}))
	}
}

// complete is the state as it was last computed.
func (h *hub) complete() *api.State {
	out := h.newState()
	out.Full = true
	for _, name := range sortedNames(h.overview.rows) {
		out.Sweeps = append(out.Sweeps, *h.overview.rows[name])
	}
	return out
}

func (h *hub) newState() *api.State {
	out := &api.State{Now: time.Now(), Coordinator: h.d.self, Sweeps: []api.Sweep{}, Totals: h.overview.totals,
		Unread: h.overview.found.unread}
	if since := h.stale; !since.IsZero() {
		out.StaleSince = &since
	}
	return out
}

// show sends changes of the list. The lock is held.
func (h *hub) show(c changes) {
	if len(h.readers) == 0 || !c.any {
		return
	}
	out := h.newState()
	slices.Sort(c.changed)
	for _, name := range c.changed {
		out.Sweeps = append(out.Sweeps, *h.overview.rows[name])
	}
	slices.Sort(c.removed)
	out.Removed = c.removed
	h.broadcast(event("state", out))
}

// updateWorkers sends the workers if they changed.
func (h *hub) updateWorkers(workers []control.Worker, now time.Time) {
	if now.Sub(h.spoken) < workersInterval && slices.EqualFunc(h.workers, workers, isSameButSeen) {
		return
	}
	h.workers, h.spoken = workers, now
	if len(h.readers) > 0 {
		h.broadcast(event("workers", api.Workers{Workers: slices.Concat([]control.Worker{}, workers)}))
	}
}

// isSameButSeen compares two workers without the age of their heartbeats.
func isSameButSeen(a, b control.Worker) bool {
	a.LastSeen, a.LastSeenSeconds = b.LastSeen, b.LastSeenSeconds
	return reflect.DeepEqual(a, b)
}
