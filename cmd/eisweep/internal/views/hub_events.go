package views

import (
	"bytes"
	"context"
	"strconv"
	"time"

	"eisweep/internal/dashboard"
)

// problemsInterval is the time between two looks for problems.
const problemsInterval = 5 * time.Second

// lastSeq is the number of the last event, or of the one that a client that reconnects had last.
func (h *hub) lastSeq(lastID string) uint64 {
	if seq, err := strconv.ParseUint(lastID, 10, 64); err == nil {
		return seq
	}
	recent, _ := h.d.Coordinator.Events().After(0)
	if len(recent) == 0 {
		return 0
	}
	return recent[len(recent)-1].Seq
}

// sendEvents sends each stream the events that it does not have. One that is too far behind is ended, like any other that does not
// keep up, and its client gets the events by the route.
func (h *hub) sendEvents() {
	lowest, found := uint64(0), false
	for r := range h.readers {
		if !found || r.seq < lowest {
			lowest, found = r.seq, true
		}
	}
	list, _ := h.d.Coordinator.Events().After(lowest)
	for i := range list {
		e := event("event", &list[i])
		e.ID = strconv.FormatUint(list[i].Seq, 10)
		for r := range h.readers {
			if r.seq < list[i].Seq {
				r.seq = list[i].Seq
				h.send(r, e)
			}
		}
	}
}

// readProblems finds out what is wrong, which has its own limits of time.
func (h *hub) readProblems(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, problemsInterval)
	defer cancel()
	e := event("problems", h.d.problems(limited))
	h.mu.Lock()
	defer h.mu.Unlock()
	h.problems = e
	for r := range h.readers {
		h.sendProblems(r)
	}
}

// sendProblems sends a stream the problems, unless it has them.
func (h *hub) sendProblems(r *reader) {
	if h.problems.Data != nil && !bytes.Equal(r.problems, h.problems.Data) {
		r.problems = h.problems.Data
		h.send(r, dashboard.Event{Name: "problems", Data: h.problems.Data})
	}
}
