package views

import (
	"bytes"
	"context"
	"time"

	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/internal/control"
	"eisweep/internal/dashboard"
	"eisweep/sweeps"
)

// runningInterval is the time between two events about running tasks, whose progress changes all the time.
const runningInterval = time.Second

// mostRunning is how many running tasks an event lists.
const mostRunning = 1000

// openTable makes the table that a new stream shows. Where too many others are shown, the stream begins without it: the page says so, as
// the sweep's route refuses it too, and the stream gets the table when there is room.
func (h *hub) openTable(ctx context.Context, r *reader) error {
	if r.sweep == "" {
		return nil
	}
	if !sweeps.IsName(r.sweep) {
		return noSweep(r.sweep)
	}
	if !h.holdTable(r, r.sweep) {
		return nil
	}
	_, err := h.d.tables.of(ctx, r.sweep)
	if err != nil {
		h.releaseTable(r)
	}
	return err
}

// holdTable has a table kept for a stream, if there is room.
func (h *hub) holdTable(r *reader, sweep string) bool {
	if r.holds == "" && h.d.tables.hold(sweep) == nil {
		r.holds = sweep
	}
	return r.holds == sweep
}

func (h *hub) releaseTable(r *reader) {
	if r.holds != "" {
		h.d.tables.release(r.holds)
		r.holds = ""
	}
}

// updateTables sends the changes of the tables that streams show, and what runs.
func (h *hub) updateTables(ctx context.Context) {
	shown := map[string][]*reader{}
	for r := range h.readers {
		if r.sweep == "" {
			continue
		}
		if h.holdTable(r, r.sweep) {
			shown[r.sweep] = append(shown[r.sweep], r)
		}
	}
	for sweep, readers := range shown {
		t, err := h.d.tables.of(ctx, sweep)
		if err != nil {
			h.d.Log.Debug("update the tasks of the dashboard", "sweep", sweep, "error", err)
			continue
		}
		h.sendChanges(t, readers)
		h.sendRunning(sweep, readers)
	}
}

// sendChanges sends each stream the rows that it does not have. Streams with the same revision share the event.
func (h *hub) sendChanges(t *table, readers []*reader) {
	made := map[string]*dashboard.Event{} // by the revision before
	revisions := map[string]string{}
	for _, r := range readers {
		e, ok := made[r.revision]
		if !ok {
			e, revisions[r.revision] = t.changes(r.revision)
			made[r.revision] = e
		}
		before := r.revision
		r.revision = revisions[before]
		if e != nil {
			h.send(r, *e)
		}
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

// sendRunning sends which tasks of a sweep run, unless that is what was sent last.
func (h *hub) sendRunning(sweep string, readers []*reader) {
	out := api.Running{Sweep: sweep, Tasks: []control.RunningTask{}}
	for i := range h.running {
		if h.running[i].Sweep != sweep {
			continue
		}
		if out.Count++; len(out.Tasks) < mostRunning {
			out.Tasks = append(out.Tasks, h.running[i])
		}
	}
	now, e := time.Now(), event("running", out)
	for _, r := range readers {
		if now.Sub(r.ran) >= runningInterval && !bytes.Equal(e.Data, r.running) {
			r.ran, r.running = now, e.Data
			h.send(r, e)
		}
	}
}
