package workers

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

const (
	// Discovery is how long after its start a coordinator has a report of every connected worker: they reconnect
	// within seconds, and report every five.
	Discovery = 10 * time.Second

	forgetSilent = 24 * time.Hour // after which a silent worker is forgotten
	forgetEnded  = time.Hour      // after which a worker that ended with an error is forgotten
)

// Table holds the last report of each worker. Its lock guards the reports.
type Table struct {
	mu    sync.Mutex
	list  map[string]control.Worker
	beats map[string]*heartbeat
}

// New makes a table without workers.
func New() *Table { return &Table{list: map[string]control.Worker{}, beats: map[string]*heartbeat{}} }

// Report takes in a worker's report, which arrived at the given time, and returns what has changed by it.
func (t *Table) Report(p protocol.Presence, now time.Time) Change {
	t.mu.Lock()
	defer t.mu.Unlock()
	change := t.beat(&p, now)
	reason, ended := strings.CutPrefix(p.State, protocol.GaveUp)
	if ended = ended && p.Gone; ended {
		p.State = "ended: " + reason
	} else if p.Gone {
		delete(t.list, p.Name)
		return change
	}
	t.list[p.Name] = control.Worker{Name: p.Name, Host: p.Host, PID: p.PID, Version: p.Version, Slots: p.Slots, Busy: p.Busy,
		Memory: p.Memory, Since: p.Since, LastSeen: now, State: p.State, Free: p.Free, Refused: p.Refused, Deadline: p.Deadline,
		Job: p.Job, Done: p.Done, Tasks: tasksOf(p.Attempts), Kernels: p.Kernels, Ended: ended}
	return change
}

// Refused notes, until the worker's next report, that it had no memory for a task.
func (t *Table) Refused(name, reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if each, ok := t.list[name]; ok {
		each.Free, each.Refused = 0, reason
		t.list[name] = each
	}
}

// Known lists the workers by host and name. It forgets those that have been silent, or have ended, for long.
func (t *Table) Known(now time.Time) []control.Worker {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := []control.Worker{}
	for name, each := range t.list {
		ago := now.Sub(each.LastSeen)
		each.LastSeenSeconds = ago.Seconds()
		each.Silent = each.Ended || control.IsSilent(ago)
		if ago > forgetSilent || each.Ended && ago > forgetEnded {
			delete(t.list, name)
			continue
		}
		out = append(out, each)
	}
	slices.SortFunc(out, func(a, b control.Worker) int { return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Name, b.Name)) })
	return out
}

// Slots is how many slots the workers have that take tasks. Silent ones count until they are absent.
func (t *Table) Slots(now time.Time) (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, each := range t.list { // at every event: nothing is sorted
		if isTaking(&each, now) {
			n += each.Slots
		}
	}
	return n
}

// IsAnyHeard reports whether any worker has reported lately.
func (t *Table) IsAnyHeard(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, each := range t.list {
		if !each.Ended && !control.IsSilent(now.Sub(each.LastSeen)) {
			return true
		}
	}
	return false
}

// isTaking reports whether a worker is there, as far as capacity is planned, and takes tasks.
func isTaking(w *control.Worker, now time.Time) bool {
	w.LastSeenSeconds = now.Sub(w.LastSeen).Seconds()
	return !w.IsAbsent() && w.Takes()
}

// SetTasks sets what a worker runs to what the coordinator knows, which is newer than the worker's last report.
func SetTasks(w *control.Worker, tasks []sweeps.ID) {
	if w.Ended {
		return
	}
	w.Tasks, w.Busy = append([]sweeps.ID{}, tasks...), len(tasks) // never null in JSON
	if w.Takes() {
		w.State = protocol.Idle
		if w.Busy > 0 {
			w.State = protocol.Working
		}
	}
}

// tasksOf are the tasks of attempts.
func tasksOf(attempts []protocol.Attempt) []sweeps.ID {
	ids := make([]sweeps.ID, len(attempts))
	for i := range attempts {
		ids[i] = attempts[i].ID
	}
	return ids
}
