package attempts

import (
	"context"
	"maps"
	"os"
	"slices"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/workload"
	"eisweep/internal/control"
	"eisweep/internal/events"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sim"
	"eisweep/sweeps"
)

// Registered handles the last event of a run in the register.
func (t *Tracker) Registered(e queue.Entry) {
	t.config.Core.Lock()
	defer t.config.Core.Unlock()
	key := run{e.ID, e.Run}
	if e.Sequence <= t.register[key].Sequence {
		return
	}
	t.register[key] = e
	switch e.Event {
	case protocol.EventStarted:
		isKnown := slices.Contains(t.leftovers[e.ID], e.Token)
		task, ok := t.config.Core.Machine().Task(e.ID)
		if !ok || task.Phase != lifecycle.Placing && !task.IsSettled() { // else its outcome came first
			t.leftovers.add(e.ID, e.Token)
		}
		t.Start(e)
		if r := t.running[e.ID]; r != nil && r.Token == e.Token && !isKnown {
			t.record(events.AttemptStarted, e, events.Event{Crowded: true})
		}
		t.config.Core.Refill()
		return
	case protocol.EventReturned:
		t.endReturned(e)
	case protocol.EventRefused:
		t.refused(e.Worker)
		t.config.Workers.Refused(e.Worker, e.Error)
		t.step(lifecycle.AttemptStarted{ID: e.ID, Run: e.Run, Token: e.Token})
		t.record(events.AttemptReturned, e, events.Event{Why: e.Error, Crowded: true})
		t.giveBack(e)
	case protocol.EventUnreadable:
		t.config.Core.SetReason(e.ID, e.Error)
		t.step(lifecycle.OrderUnreadable{ID: e.ID, Run: e.Run})
	}
	t.config.Core.Flush()
	t.config.Core.Refill()
}

func (t *Tracker) step(e lifecycle.Event) { t.config.Core.Step(e) }

// Start handles a claim. An attempt at a task that no sweep wants, or that is settled, is ended once a presence of its
// worker shows that it still runs: the attempt's outcome may have arrived first. The lock is held.
func (t *Tracker) Start(e queue.Entry) {
	t.step(lifecycle.AttemptStarted{ID: e.ID, Run: e.Run, Token: e.Token})
	is, ok := t.config.Core.Machine().Task(e.ID)
	if !ok || is.Phase != lifecycle.Running || is.Run != e.Run || len(is.Sweeps) == 0 {
		return
	}
	t.Pace.wake(time.Now(), t.hasReported)
	a := &Attempt{
		RunningTask: control.RunningTask{ID: e.ID, Sweep: is.Sweeps[0], Worker: e.Worker, Host: e.Host, Attempt: e.Attempt, Since: e.At},
		Run:         e.Run,
		Token:       e.Token,
		Heard:       time.Now(),
	}
	for _, sweep := range is.Sweeps {
		// A sweep that is launched again at this moment may not name its tasks yet.
		if task := t.config.Core.Task(e.ID, sweep); task != nil {
			a.Sweep, a.File, a.Cost, a.Memory = sweep, task.File, workload.Cost(task), sim.Memory(task.Experiment, task.Parameters)
			break
		}
	}
	t.add(a)
}

// StartCommitted handles the claim of an attempt whose outcome arrives before the register's event. An attempt that was
// known before, and has ended, is not the one that took the order out of the queue. The lock is held.
func (t *Tracker) StartCommitted(o *protocol.Outcome) {
	if is, ok := t.config.Core.Machine().Task(o.ID); ok && is.Phase == lifecycle.Queued && !slices.Contains(t.leftovers[o.ID], o.Token) {
		t.step(lifecycle.AttemptStarted{ID: o.ID, Run: o.Run, Token: o.Token})
	}
}

// endReturned handles an attempt that its worker gave up. With a class, the attempt has failed: it counts, and
// the task is tried again after a pause that grows.
func (t *Tracker) endReturned(e queue.Entry) {
	if r := t.running[e.ID]; r != nil && r.Token == e.Token {
		t.remove(r)
	}
	is, ok := t.config.Core.Machine().Task(e.ID)
	if !ok || is.Phase != lifecycle.Running || is.Run != e.Run || is.Token != e.Token {
		// Of an attempt that this coordinator has not seen start.
		t.step(lifecycle.AttemptStarted{ID: e.ID, Run: e.Run, Token: e.Token})
	}
	if e.Class == "" {
		t.record(events.AttemptReturned, e, events.Event{Why: e.Error})
		t.giveBack(e)
		return
	}
	if !t.hasCheckpoint(e.ID, e.Token) {
		if err := t.losses.add(lossOf(e, e.Class, e.Error)); err != nil {
			t.config.Log.Warn("a failed attempt cannot be recorded: it does not count after a restart", "error", err)
		}
	}
	t.record(events.AttemptFailed, e, events.Event{Class: e.Class, Error: e.Error, Why: t.noMore(e)})
	t.delayed[e.ID] = time.Now().Add(t.config.RetryDelay << min(e.Attempt-1, 6))
	t.stepEnded(e.AttemptEvent, e.Class, e.Error)
}

// acknowledged is how long after a worker gave a task up its order has certainly left the queue: the
// acknowledgement follows the claim.
const acknowledged = 500 * time.Millisecond

// giveBack makes a task pending again that a worker returned unfinished.
func (t *Tracker) giveBack(e queue.Entry) {
	t.delayed[e.ID] = time.Now().Add(acknowledged)
	t.step(lifecycle.AttemptReturned{ID: e.ID, Run: e.Run, Token: e.Token, Delayed: true})
}

// stepEnded reports to the machine an attempt that has ended without an outcome. It counts if it is recorded
// and was not reported to the machine before.
func (t *Tracker) stepEnded(e protocol.AttemptEvent, class protocol.Class, reason string) {
	is, ok := t.config.Core.Machine().Task(e.ID)
	counts := ok && t.losses.of(run{e.ID, e.Run}) > is.Losses
	t.config.Core.SetReason(e.ID, reason)
	t.step(lifecycle.AttemptEnded{ID: e.ID, Run: e.Run, Token: e.Token, Lost: counts, Class: class, Delayed: t.Delay(e.ID) > 0})
	if is, ok := t.config.Core.Machine().Task(e.ID); ok && !is.IsSettled() {
		t.config.Core.SetReason(e.ID, "")
	}
}

// hasReported reports whether any running task has reported since a given time.
func (t *Tracker) hasReported(since time.Time) bool {
	for _, r := range t.running {
		if r.Heard.After(since) {
			return true
		}
	}
	return false
}

// hasCheckpoint reports whether an attempt left a checkpoint.
func (t *Tracker) hasCheckpoint(id sweeps.ID, token string) bool {
	_, err := os.Lstat(t.config.Root.Checkpoint(id, token))
	return err == nil
}

// trimAfter is how old the claim of a settled run is before the register forgets it: the worker of an attempt that may
// still run asks the register before it stops.
const trimAfter = time.Minute

// Trim removes the events of settled runs from the register. isSettled is called with the lock held. The error is the
// queue's.
func (t *Tracker) Trim(ctx context.Context, isSettled func(id sweeps.ID, run int) bool) error {
	forgettable := func(id sweeps.ID, n int) bool {
		t.config.Core.Lock()
		defer t.config.Core.Unlock()
		e := t.register[run{id, n}]
		return (e.Event != protocol.EventStarted || time.Since(e.At) >= trimAfter) && isSettled(id, n)
	}
	for more := true; more; {
		var err error
		if more, err = t.config.Queue.Register.Trim(ctx, forgettable); err != nil {
			return err
		}
	}
	t.config.Core.Lock()
	keys := slices.Collect(maps.Keys(t.register))
	t.config.Core.Unlock()
	for _, key := range keys {
		if forgettable(key.ID, key.Run) {
			t.config.Core.Lock()
			delete(t.register, key)
			t.config.Core.Unlock()
		}
	}
	return nil
}
