package views

import (
	"context"
	"fmt"
	"time"

	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/sim"
	"eisweep/sweeps"
)

// shownTask is the task that a stream shows.
type shownTask struct {
	id    sweeps.ID
	sweep string             // that has it; "" if none is known
	state string             // that was sent last, with the attempt that runs
	log   inspect.AttemptLog // of the last attempt
	next  int64              // how far it was read

	looked, listed time.Time
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
	if parsed, err := sweeps.ParseID(id); err == nil {
		return &shownTask{id: parsed}
	}
	return nil
}

// findTask looks for the sweep of the task that a new stream shows. It takes time, so it is done without the lock.
func (h *hub) findTask(ctx context.Context, r *reader) {
	if r.task == nil {
		return
	}
	if r.task.sweep = r.sweep; r.sweep != "" {
		return
	}
	if sweep, err := h.d.sweepOf(ctx, r.task.id); err == nil { // otherwise it may begin to run
		r.task.sweep = sweep
		h.holdTable(r, sweep)
	}
}

// lookAtTasks sends what changed in the tasks that streams show: their states, and what was added to the logs of their last attempts.
func (h *hub) lookAtTasks(ctx context.Context, now time.Time) {
	for r := range h.readers {
		if s := r.task; s != nil && now.Sub(s.looked) >= logInterval {
			s.looked = now
			h.lookAtTask(ctx, r, s, now)
		}
	}
}

func (h *hub) lookAtTask(ctx context.Context, r *reader, s *shownTask, now time.Time) {
	state := h.taskState(s.id)
	isNew := state != s.state
	for i := range h.running {
		if s.sweep == "" && h.running[i].ID == s.id {
			s.sweep = h.running[i].Sweep
		}
	}
	if isNew && s.sweep != "" {
		if t, err := h.d.task(ctx, s.id, s.sweep); err == nil {
			s.state = state
			h.send(r, event("task", t))
		}
	}
	if isNew || s.log.Token == "" && now.Sub(s.listed) >= listLogs {
		s.listed = now
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
	h.send(r, event("log", l))
	if s.sweep != "" && len(sim.ReadCourse(linesOf(l.Text))) >= trialsNeeded {
		h.sendCurves(ctx, r, s)
	}
}

func (h *hub) sendCurves(ctx context.Context, r *reader, s *shownTask) {
	if c, err := h.d.curves(ctx, s.id, s.sweep); err == nil {
		h.send(r, event("curves", c))
	}
}

// taskState is the state of a task and the attempt that runs, as far as that is known without reading anything.
func (h *hub) taskState(id sweeps.ID) string {
	for i := range h.running {
		if t := &h.running[i]; t.ID == id {
			return fmt.Sprintf("running %s %d %v", t.Worker, t.Attempt, t.Silent)
		}
	}
	return "not running: " + h.d.tables.stateOf(id)
}

// sendTask has a stream begin with its task.
func (h *hub) sendTask(ctx context.Context, r *reader) {
	if r.task != nil {
		r.task.looked = time.Now()
		h.lookAtTask(ctx, r, r.task, time.Now())
	}
}
