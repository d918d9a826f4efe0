package views

import (
	"context"
	"fmt"
	"time"

	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/internal/control"
	"eisweep/sim"
	"eisweep/sweeps"
)

// shownTask is the task that a stream shows. Except for its sweep, only the job of tasks uses it.
type shownTask struct {
	id    sweeps.ID
	sweep string             // that has it; "" if none is known; guarded by the hub's lock
	state string             // that was sent last, with the attempt that runs
	log   inspect.AttemptLog // of the last attempt
	next  int64              // how far it was read

	listed time.Time // when its logs were, in the state
	while  string
}

// How often a task's log is looked at, and its logs are listed while it has none. tailBytes is how much of a log a stream begins with.
const (
	logInterval  = 500 * time.Millisecond
	listLogs     = 5 * time.Second
	tailBytes    = 64 << 10
	trialsNeeded = 1 // in what was added to a log, for new curves
)

// newShownTask is the task with an id; nil if that is none.
func newShownTask(id string) *shownTask {
	parsed, err := sweeps.ParseID(id)
	if err != nil || parsed == (sweeps.ID{}) {
		return nil
	}
	return &shownTask{id: parsed}
}

// findTask looks for the sweep of the task that a new stream shows.
func (h *hub) findTask(ctx context.Context, r *reader) {
	sweep := r.sweep
	if sweep == "" {
		var err error
		if sweep, err = h.d.sweepOf(ctx, r.task.id); err != nil { // otherwise it may begin to run
			return
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, open := h.readers[r]; open {
		r.task.sweep = sweep
		h.holdTable(r, sweep)
	}
}

// readTasks sends what changed in the tasks that streams show: their states, and what was added to the logs of their last attempts.
func (h *hub) readTasks(ctx context.Context) {
	h.mu.Lock()
	running, shown := h.running, map[*reader]string{}
	for r := range h.readers {
		if r.task == nil || !r.began {
			continue
		}
		for i := range running {
			if r.task.sweep == "" && running[i].ID == r.task.id {
				r.task.sweep = running[i].Sweep
			}
		}
		shown[r] = r.task.sweep
	}
	h.mu.Unlock()
	for r, sweep := range shown {
		h.readTask(ctx, r, sweep, running)
	}
}

func (h *hub) readTask(ctx context.Context, r *reader, sweep string, running []control.RunningTask) {
	s, now := r.task, time.Now()
	state := h.taskState(s.id, running)
	isNew := state != s.state
	if isNew && sweep != "" {
		if t, err := h.d.task(ctx, s.id, sweep); err == nil {
			s.state = state
			h.post(r, event("task", t))
		}
	}
	if state != s.while || s.log.Token == "" && now.Sub(s.listed) >= listLogs {
		s.listed, s.while = now, state // a listing reads the names of all logs
		if logs, err := inspect.AttemptLogs(h.d.Root, s.id); err == nil && len(logs) > 0 {
			if last := logs[len(logs)-1]; last.Token != s.log.Token {
				s.log, s.next = last, -tailBytes
			}
		}
	}
	if s.log.Token == "" {
		return
	}
	l, err := readLog(s.id, &s.log, s.next)
	if err != nil || l.Text == "" {
		return
	}
	s.next = l.Next
	h.post(r, event("log", l))
	if sweep == "" || len(sim.ReadCourse(linesOf(l.Text))) < trialsNeeded {
		return
	}
	if c, err := h.d.curves(ctx, s.id, sweep); err == nil {
		h.post(r, event("curves", c))
	}
}

// taskState is the state of a task and the attempt that runs, as far as that is known without reading anything.
func (h *hub) taskState(id sweeps.ID, running []control.RunningTask) string {
	for i := range running {
		if t := &running[i]; t.ID == id {
			return fmt.Sprintf("running %s %d %v", t.Worker, t.Attempt, t.Silent)
		}
	}
	return "not running: " + h.d.tables.stateOf(id)
}
