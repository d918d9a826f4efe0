package views

import (
	"bytes"
	"context"
	"time"

	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/internal/control"
	"eisweep/internal/dashboard"
)

// runningInterval is the time between two events about running tasks, whose progress changes all the time.
const runningInterval = time.Second

// mostRunning is how many running tasks an event lists.
const mostRunning = 1000

// holdTable has a table kept for a stream.
func (h *hub) holdTable(r *reader, sweep string) {
	if r.holds == "" {
		h.d.tables.hold(sweep)
		r.holds = sweep
	}
}

func (h *hub) releaseTable(r *reader) {
	if r.holds != "" {
		h.d.tables.release(r.holds)
		r.holds = ""
	}
}

// readTables brings the tables that streams show up to date, and sends what changed.
func (h *hub) readTables(ctx context.Context) {
	for _, sweep := range h.shownSweeps() {
		t, err := h.d.tables.within(ctx, sweep, unlimited)
		if err != nil {
			h.d.Log.Debug("update the tasks of the dashboard", "sweep", sweep, "error", err)
			continue
		}
		h.sendChanges(t)
	}
}

// shownSweeps are the sweeps that streams show and whose tables are kept for them. Where too many others are shown, a stream is without
// its table: the page says so, as the sweep's route refuses it too, and the stream gets the table when there is room.
func (h *hub) shownSweeps() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	shown := map[string]bool{}
	for r := range h.readers {
		if r.sweep != "" {
			h.holdTable(r, r.sweep)
			shown[r.sweep] = true
		}
	}
	return sortedNames(shown)
}

// sendChanges sends each stream the rows that it does not have. Streams with the same revision share the event.
func (h *hub) sendChanges(t *table) {
	behind := map[string][]*reader{} // by revision
	h.mu.Lock()
	for r := range h.readers {
		if r.sweep == t.sweep && r.holds != "" && r.began {
			behind[r.revision] = append(behind[r.revision], r)
		}
	}
	h.mu.Unlock()
	for before, readers := range behind {
		e, after := t.changes(before)
		h.mu.Lock()
		for _, r := range readers {
			if r.revision = after; e != nil {
				h.send(r, *e)
			}
		}
		h.mu.Unlock()
	}
}

// changes is the event with the changes since a revision, nil if there are none, and the revision after it.
func (t *table) changes(since string) (*dashboard.Event, string) {
	t.mu.Lock()
	_, known := t.parse(since)
	t.mu.Unlock()
	if !known {
		e := event("reset", api.Reset{Sweep: t.sweep})
		t.mu.Lock()
		defer t.mu.Unlock()
		return &e, t.revisionText()
	}
	delta := t.since(since)
	if len(delta.Rows) == 0 {
		return nil, delta.Revision
	}
	e := event("tasks", delta)
	return &e, delta.Revision
}

// sendRunning sends each stream which tasks of its sweep run, unless that is what was sent last. The lock is held.
func (h *hub) sendRunning(now time.Time) {
	made := map[string]dashboard.Event{}
	for r := range h.readers {
		if r.sweep == "" || now.Sub(r.ran) < runningInterval {
			continue
		}
		e, ok := made[r.sweep]
		if !ok {
			e = h.runningOf(r.sweep)
			made[r.sweep] = e
		}
		if r.ran = now; !bytes.Equal(e.Data, r.running) {
			r.running = e.Data
			h.send(r, e)
		}
	}
}

func (h *hub) runningOf(sweep string) dashboard.Event {
	out := api.Running{Sweep: sweep, Tasks: []control.RunningTask{}}
	for i := range h.running {
		if h.running[i].Sweep != sweep {
			continue
		}
		if out.Count++; len(out.Tasks) < mostRunning {
			out.Tasks = append(out.Tasks, h.running[i])
		}
	}
	return event("running", out)
}
