package views

import (
	"context"
	"encoding/json"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/internal/control"
	"eisweep/internal/dashboard"
)

// hub computes updates while somebody looks, and passes them on to every stream.
type hub struct {
	d *Dashboard

	mu      sync.Mutex
	readers map[*reader]struct{}
	working bool // a goroutine computes updates
	closed  bool
	done    sync.WaitGroup

	sweeps  map[string]api.Sweep // as they were last sent
	totals  api.Totals
	workers []control.Worker // as they were last sent
	spoken  time.Time        // when the workers were last sent
	running []control.RunningTask

	ending    context.Context // ends with the dashboard
	end       context.CancelFunc
	measuring bool // measures are computed

	looking  bool // problems are looked for
	looked   time.Time
	problems dashboard.Event
}

// reader is an open stream.
type reader struct {
	events   chan dashboard.Event
	sweep    string // whose tasks it shows; "" for none
	holds    string // the sweep whose table is kept for it; "" for none
	revision string // of the table, up to which it has the changes
	running  []byte // the last event about running tasks
	ran      time.Time
	seq      uint64     // of the last event of the event log that it has
	problems []byte     // the last event about problems
	task     *shownTask // nil: none
}

// How often updates are computed, and what share of a core that may take: the time between two is at least 1/share of what the last
// one took.
const (
	updateInterval = 250 * time.Millisecond
	share          = 0.02
	// longestPause is also kept after an update that took long, such as the first one of a large sweep.
	longestPause = time.Second
	// workersInterval is how often the workers are sent if only the age of their heartbeats changes.
	workersInterval = 5 * time.Second
	// backlog is how many events a reader may be behind.
	backlog = 64
	// closeTime is how long close waits.
	closeTime = time.Second
)

func newHub(d *Dashboard) *hub {
	h := &hub{d: d, readers: map[*reader]struct{}{}}
	h.ending, h.end = context.WithCancel(context.Background())
	return h
}

// subscribe adds a stream, which begins with the complete state.
func (h *hub) subscribe(ctx context.Context, query url.Values, lastID string) (<-chan dashboard.Event, error) {
	r := &reader{events: make(chan dashboard.Event, backlog), sweep: query.Get("sweep"), revision: query.Get("since"),
		seq: h.lastSeq(lastID), task: newShownTask(query.Get("task"))}
	if err := h.openTable(ctx, r); err != nil { // it takes time, so it is made without the lock
		return nil, err
	}
	h.findTask(ctx, r)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		h.releaseTable(r)
		return nil, errClosed
	}
	if err := h.update(ctx); err != nil {
		h.releaseTable(r)
		return nil, err
	}
	h.readers[r] = struct{}{}
	h.send(r, event("state", h.complete()))
	h.send(r, event("workers", api.Workers{Workers: slices.Concat([]control.Worker{}, h.workers)}))
	h.updateTables(ctx)
	h.sendTask(ctx, r)
	h.sendProblems(r)
	context.AfterFunc(ctx, func() { h.remove(r) })
	if !h.working {
		h.working = true
		h.done.Go(h.work)
	}
	return r.events, nil
}

var errClosed = &dashboard.Refusal{Code: 503, Text: "the coordinator is stopping"}

// remove ends a stream.
func (h *hub) remove(r *reader) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(r)
}

func (h *hub) drop(r *reader) {
	if _, open := h.readers[r]; open {
		delete(h.readers, r)
		h.releaseTable(r)
		close(r.events)
	}
}

// close ends all streams, and waits for the end of the work for them. Where storage does not answer, it waits for closeTime only: the
// work holds the lock while it reads, and the coordinator has to stop all the same.
func (h *hub) close() {
	h.end()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.mu.Lock()
		h.closed = true
		for r := range h.readers {
			h.drop(r)
		}
		h.mu.Unlock()
		h.done.Wait()
	}()
	select {
	case <-ended:
	case <-time.After(closeTime):
		h.d.Log.Warn("the dashboard stops without the end of its last update: storage does not answer")
	}
}

// work computes updates until nobody looks any more.
func (h *hub) work() {
	timer := time.NewTimer(updateInterval)
	defer timer.Stop()
	for {
		<-timer.C
		begun := time.Now()
		h.mu.Lock()
		if len(h.readers) == 0 {
			h.working = false
			h.mu.Unlock()
			return
		}
		if err := h.update(h.ending); err != nil {
			h.d.Log.Debug("update the dashboard", "error", err)
		}
		h.updateTables(h.ending)
		h.lookAtTasks(h.ending, begun)
		h.sendEvents()
		h.lookForProblems(begun)
		h.mu.Unlock()
		timer.Reset(min(longestPause, max(updateInterval, time.Duration(float64(time.Since(begun))/share))))
	}
}

// state is the complete state now.
func (h *hub) state(ctx context.Context) (*api.State, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.update(ctx); err != nil {
		return nil, err
	}
	return h.complete(), nil
}

// row is the row of one sweep now.
func (h *hub) row(ctx context.Context, sweep string) (*api.Sweep, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.update(ctx); err != nil {
		return nil, err
	}
	row, ok := h.sweeps[sweep]
	if !ok {
		return nil, noSweep(sweep)
	}
	return &row, nil
}

// complete is the state as it was last computed.
func (h *hub) complete() *api.State {
	out := h.newState()
	out.Full = true
	for _, name := range sortedNames(h.sweeps) {
		out.Sweeps = append(out.Sweeps, h.sweeps[name])
	}
	return out
}

func (h *hub) newState() *api.State {
	return &api.State{Now: time.Now(), Coordinator: h.d.self, Sweeps: []api.Sweep{}, Totals: h.totals}
}

// update computes the state, and sends what changed.
func (h *hub) update(ctx context.Context) error {
	now, s, workers := time.Now(), h.d.Coordinator.Snapshot(), h.d.Coordinator.Workers().Workers
	rows, err := h.d.overview.sweeps(ctx, &s, now)
	if err != nil {
		return err
	}
	was, wasTotals := h.sweeps, h.totals
	h.sweeps, h.totals = rows, h.d.overview.totals(&s, rows, workers, now)
	if len(h.readers) > 0 {
		changes := h.newState()
		for _, name := range sortedNames(rows) {
			if before, known := was[name]; !known || !reflect.DeepEqual(before, rows[name]) {
				changes.Sweeps = append(changes.Sweeps, rows[name])
			}
		}
		for _, name := range sortedNames(was) {
			if _, known := rows[name]; !known {
				changes.Removed = append(changes.Removed, name)
			}
		}
		if len(changes.Sweeps)+len(changes.Removed) > 0 || !reflect.DeepEqual(wasTotals, h.totals) {
			h.broadcast(event("state", changes))
		}
	}
	h.running = s.Running
	h.updateWorkers(workers, now)
	return nil
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

// broadcast sends an event to every stream.
func (h *hub) broadcast(e dashboard.Event) {
	for r := range h.readers {
		h.send(r, e)
	}
}

// send gives an event to a stream, unless it has ended. One that is too far behind is ended: its client connects again and gets the
// complete state.
func (h *hub) send(r *reader, e dashboard.Event) {
	if _, open := h.readers[r]; !open {
		return // an event before this one was too much for it
	}
	select {
	case r.events <- e:
	default:
		h.drop(r)
	}
}

// event encodes an event.
func event(name string, value any) dashboard.Event {
	data, err := json.Marshal(value)
	if err != nil {
		data = []byte("null") // the types of package api can be encoded
	}
	return dashboard.Event{Name: name, Data: data}
}

func sortedNames[T any](of map[string]T) []string {
	names := make([]string, 0, len(of))
	for name := range of {
		names = append(names, name)
	}
	slices.SortFunc(names, strings.Compare)
	return names
}
