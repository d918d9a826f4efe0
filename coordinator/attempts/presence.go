package attempts

import (
	"context"
	"errors"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/events"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sweeps"
)

// QuietTicks is for how many ticks no presence has listed an attempt that has ended.
const QuietTicks = 7

// absentPresences is how many presences in a row of its own worker do not list an attempt that has ended.
const absentPresences = 2

// Present handles a worker's presence.
func (t *Tracker) Present(p protocol.Presence) {
	now := time.Now()
	change := t.config.Workers.Report(p, now)
	t.config.Core.Lock()
	defer t.config.Core.Unlock()
	t.recordWorker(change, &p)
	listed := map[sweeps.ID]string{}
	for _, a := range p.Attempts {
		listed[a.ID] = a.Token
		if r := t.running[a.ID]; r != nil && r.Token == a.Token && t.isRunning(a) {
			r.Heard, r.quiet, r.absent, r.UpTo = now, 0, 0, 0
		} else {
			t.reappear(p.Name, a)
		}
	}
	if l := t.onWorker[p.Name]; l != nil {
		if l.Refused = false; l.Tasks == 0 {
			delete(t.onWorker, p.Name)
		}
		for id, r := range l.attempts {
			if listed[id] != r.Token && !precedes(p, r) {
				t.miss(r, p.Gone)
			}
		}
	}
	t.config.Core.Refill()
}

// precedes reports whether a worker made its presence before it claimed the attempt. Presences and claims arrive on different
// paths, so either may come first. A worker whose clock was set back is judged by its silence alone.
func precedes(p protocol.Presence, r *Attempt) bool { return !p.At.IsZero() && p.At.Before(r.Since) }

// miss notes that its worker's presence does not list an attempt.
func (t *Tracker) miss(r *Attempt, gone bool) {
	if r.absent++; gone {
		r.absent = absentPresences
	}
	if r.absent >= absentPresences {
		t.errands.add(func(ctx context.Context) { t.endAttempt(ctx, r, "its worker no longer runs it") })
	}
}

// reappear handles an attempt that the register does not consider the running one. If nobody has claimed the
// task since the attempt was ended, the attempt continues; otherwise its worker gets the order to stop it.
func (t *Tracker) reappear(worker string, a protocol.Attempt) {
	e := t.register[run{a.ID, a.Run}]
	is, ok := t.config.Core.Machine().Task(a.ID)
	wanted := ok && is.Run == a.Run && len(is.Sweeps) > 0 && (is.Phase == lifecycle.Pending || is.Phase == lifecycle.Queued)
	switch {
	case e.Token == a.Token && e.Event == protocol.EventEnded && wanted:
		t.errands.add(func(ctx context.Context) { t.setBack(ctx, e) })
	case e.Token != "" && (e.Token != a.Token || e.Event != protocol.EventStarted):
		t.errands.add(func(context.Context) { t.sendStop(worker, a) })
	case e.Token == a.Token && !wanted && !t.isRunning(a) && t.config.Core.KnowsUnwanted():
		t.errands.add(func(ctx context.Context) { t.stopUnwanted(ctx, e) })
	}
}

// isRunning reports whether the machine considers an attempt the running one.
func (t *Tracker) isRunning(a protocol.Attempt) bool {
	is, ok := t.config.Core.Machine().Task(a.ID)
	return ok && is.Run == a.Run && (is.Phase == lifecycle.Running && is.Token == a.Token || is.Phase == lifecycle.Placing)
}

// setBack enters an attempt that was ended too early in the register again, unless somebody has claimed the task
// since.
func (t *Tracker) setBack(ctx context.Context, e queue.Entry) {
	e.Event, e.At = protocol.EventStarted, time.Now()
	switch _, err := t.config.Queue.Register.Note(ctx, e.AttemptEvent, e.Sequence); {
	case err == nil:
		t.config.Core.Lock()
		t.record(events.AttemptBack, e, events.Event{})
		t.config.Core.Unlock()
	case !errors.Is(err, queue.ErrOutdated): // else the next presence shows which attempt counts
		t.config.Log.Debug("enter an attempt again", "task", e.ID, "error", err)
	}
}

// stopUnwanted ends an attempt at a task that no sweep wants, or that is settled, and has its worker stop it.
func (t *Tracker) stopUnwanted(ctx context.Context, e queue.Entry) {
	a := protocol.Attempt{ID: e.ID, Run: e.Run, Token: e.Token}
	t.config.Core.Lock()
	last := t.register[run{e.ID, e.Run}]
	stop := last.Sequence == e.Sequence && last.Event == protocol.EventStarted && !t.isRunning(a)
	t.config.Core.Unlock()
	if !stop {
		return
	}
	over := e.AttemptEvent
	over.Event, over.At = protocol.EventEnded, time.Now()
	if _, err := t.config.Queue.Register.Note(ctx, over, e.Sequence); err != nil {
		return // its worker's next presence shows whether it still runs
	}
	t.sendStop(e.Worker, a)
}

func (t *Tracker) sendStop(worker string, a protocol.Attempt) {
	if err := t.config.Queue.SendCommand(worker, protocol.Command{Verb: protocol.Stop, ID: a.ID, Run: a.Run, Token: a.Token}); err != nil {
		t.config.Log.Debug("stop an attempt", "task", a.ID, "error", err)
	}
}
