package views

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/dashboard"
	"eisweep/sweeps"
)

// hub passes on to every stream what is found out for it, while somebody looks. What may wait for storage is a job, which is done
// without the lock: whoever has the lock only copies and encodes what is in memory, so no stream waits for storage, and neither does the
// end.
type hub struct {
	d *Dashboard

	mu      sync.Mutex
	readers map[*reader]struct{}
	working bool // a goroutine begins the jobs
	closed  bool
	done    sync.WaitGroup

	status, directories, tables, tasks, troubles job

	overview overview
	taken    time.Time        // when the coordinator was asked for the status that is known; zero before
	news     chan struct{}    // closed and replaced whenever the status or the directories are known anew
	read     time.Time        // when the directories were read completely; zero before
	stale    time.Time        // since when the oldest job that takes long has been under way; zero for none
	workers  []control.Worker // as they were last sent
	spoken   time.Time        // when the workers were last sent
	running  []control.RunningTask

	ending    context.Context // ends with the dashboard
	end       context.CancelFunc
	measuring bool // measures are computed

	problems dashboard.Event
}

// reader is an open stream.
type reader struct {
	events   chan dashboard.Event
	opened   time.Time
	began    bool   // it has the complete state
	sweep    string // whose tasks it shows; "" for none
	holds    string // the sweep whose table is kept for it; "" for none
	revision string // of the table, up to which it has the changes; only the job of tables changes it
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
	// patience is how long a request or a new stream waits for what may wait for storage, and gets what was known before.
	patience = time.Second
	// closeTime is how long close waits.
	closeTime = time.Second
)

func newHub(d *Dashboard) *hub {
	h := &hub{d: d, readers: map[*reader]struct{}{}, news: make(chan struct{}), overview: newOverview(d.Root)}
	for _, j := range []*job{&h.status, &h.tables, &h.tasks, &h.troubles} {
		j.longest = longestPause
	}
	h.directories.longest = time.Minute
	h.ending, h.end = context.WithCancel(context.Background())
	return h
}

// subscribe adds a stream, which begins with the complete state.
func (h *hub) subscribe(ctx context.Context, query url.Values, lastID string) (<-chan dashboard.Event, error) {
	r := &reader{events: make(chan dashboard.Event, backlog), opened: time.Now(), sweep: query.Get("sweep"), revision: query.Get("since"),
		seq: h.lastSeq(lastID), task: newShownTask(query.Get("task"))}
	if r.sweep != "" && !sweeps.IsName(r.sweep) {
		return nil, noSweep(r.sweep)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, errClosed
	}
	h.readers[r] = struct{}{}
	h.beginReaders()
	h.sendProblems(r)
	if r.task != nil {
		h.done.Go(func() { h.findTask(ctx, r) })
	}
	context.AfterFunc(ctx, func() { h.remove(r) })
	h.beginJobs()
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

// close ends all streams, and waits for the end of the jobs, but for closeTime only where storage does not answer: the coordinator has to
// stop all the same.
func (h *hub) close() {
	h.end()
	h.mu.Lock()
	h.closed = true
	for r := range h.readers {
		h.drop(r)
	}
	h.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.done.Wait()
	}()
	select {
	case <-ended:
	case <-time.After(closeTime):
		h.d.Log.Warn("the dashboard stops without the end of its last update: storage does not answer")
	}
}

// work begins the jobs until nobody looks any more.
func (h *hub) work() {
	ticker := time.NewTicker(updateInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-h.ending.Done():
		}
		if !h.tick(time.Now()) {
			return
		}
	}
}

// tick begins the jobs that are due, and sends what needs none. It reports whether anybody looks.
func (h *hub) tick(now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.working = len(h.readers) > 0; !h.working {
		return false
	}
	h.beginJobs()
	h.findStale(now)
	h.beginReaders()
	h.sendEvents()
	return true
}

// beginJobs begins the jobs that are due. The lock is held.
func (h *hub) beginJobs() {
	h.begin(&h.status, updateInterval, h.readStatus)
	if time.Since(h.taken) < slow { // which sweeps the coordinator works on is known
		h.begin(&h.directories, listInterval, h.readDirectories)
	}
	h.begin(&h.troubles, problemsInterval, h.readProblems)
	for r := range h.readers {
		if r.sweep != "" {
			h.begin(&h.tables, updateInterval, h.readTables)
		}
		if r.task != nil {
			h.begin(&h.tasks, logInterval, h.readTasks)
		}
	}
}

// broadcast sends an event to every stream that has begun.
func (h *hub) broadcast(e dashboard.Event) {
	for r := range h.readers {
		if r.began {
			h.send(r, e)
		}
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

// post is send for a job, which does not hold the lock.
func (h *hub) post(r *reader, e dashboard.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.send(r, e)
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
