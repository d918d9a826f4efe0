package coordinator

import (
	"context"
	"errors"
	"slices"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/window"
)

// failuresInARow is the number of failures after which a round of retries for a sweep ends: if its folder is
// gone, none of a thousand results can be placed.
const failuresInARow = 3

// retryAlways retries what faults stopped, until the coordinator stops.
func (k *Coordinator) retryAlways(ctx context.Context) {
	for {
		timer := time.NewTimer(k.nextRetry())
		select {
		case <-timer.C:
			k.retryDue(ctx)
		case <-k.faults.wake:
		case <-ctx.Done():
			return
		}
		timer.Stop()
	}
}

// nextRetry is the time until the next fault is due. A coordinator that cannot continue retries nothing.
func (k *Coordinator) nextRetry() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	wait := retryMost
	if k.failure != nil {
		return wait
	}
	for _, f := range k.faults.list {
		wait = min(wait, max(0, time.Until(f.retry.at)))
	}
	return wait
}

// retryDue retries for every sweep whose fault is due.
func (k *Coordinator) retryDue(ctx context.Context) {
	k.mu.Lock()
	due := k.faults.due(time.Now())
	if k.failure != nil {
		due = nil
	}
	k.mu.Unlock()
	for _, f := range due {
		if f.restart {
			k.resumeLater(ctx, f.sweep)
			continue
		}
		k.mu.Lock()
		k.retryOne(f)
		k.mu.Unlock()
	}
}

// retryOne retries what a fault stopped: first the lines, then the commands.
func (k *Coordinator) retryOne(f *fault) {
	f.due = true
	k.flush()
	f.due = false
	worked := !k.ledger.HoldsBack(f.sweep) && k.retryCommands(f)
	worked = k.retryBlocked(f) || worked
	k.flush()
	if worked {
		f.whole = false
		f.retry.soon()
	}
	f.retry.failed(time.Now())
	k.announce()
}

// retryCommands carries out the commands that a fault stopped and that are still valid, and
// reports whether any succeeded. A command that fails again goes to the end, so that one file
// does not stop the others.
func (k *Coordinator) retryCommands(f *fault) (worked bool) {
	list := f.commands
	f.commands = nil
	failed := 0
	for i, c := range list {
		if failed == failuresInARow {
			f.commands = append(slices.Clone(list[i:]), f.commands...)
			break
		}
		before := len(f.commands)
		k.do(k.stillMeant(c))
		if len(f.commands) > before {
			failed++
		} else {
			failed, worked = 0, true
		}
	}
	return worked
}

// stillMeant returns the commands that a delayed command amounts to now.
func (k *Coordinator) stillMeant(c lifecycle.Command) []lifecycle.Command {
	switch c := c.(type) {
	case lifecycle.Place:
		return k.machine.Step(lifecycle.PlacementRetried{ID: c.ID, Run: c.Run})
	case lifecycle.Link:
		if t, ok := k.machine.Task(c.ID); !ok || t.Phase != lifecycle.Done || !t.IsIn(c.Sweep) || k.sweeps.Task(c.ID, c.Sweep) == nil {
			return nil
		}
	}
	return []lifecycle.Command{c}
}

// recover ends the faults that no longer stop anything.
func (k *Coordinator) recover() {
	for name, f := range k.faults.list {
		if !f.idle() || k.ledger.HoldsBack(name) {
			continue
		}
		if err := k.ledger.Reread(name); err != nil {
			f.err = err
			continue
		}
		delete(k.faults.list, name)
		k.config.Log.Info("the sweep continues", "sweep", name, "aside", time.Since(f.since).Round(time.Second))
		if f.finish && k.machine.Status(name) != "" {
			k.recorder.finish(name)
		}
	}
}

// resumeLater resumes a sweep that could not be resumed when the coordinator started.
func (k *Coordinator) resumeLater(ctx context.Context, name string) {
	k.launcher.Lock()
	defer k.launcher.Unlock()
	k.mu.Lock()
	f := k.faults.list[name]
	k.mu.Unlock()
	if f == nil || !f.restart {
		return // it was launched meanwhile
	}
	err := k.resumeNow(ctx, name)
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case ctx.Err() != nil || k.failure != nil:
	case err != nil:
		k.faults.report(name, err, true).retry.failed(time.Now())
	default:
		k.restarted(name)
	}
	k.announce()
}

// restartLater sets a sweep aside that cannot be resumed now.
func (k *Coordinator) restartLater(name string, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.faults.report(name, err, true).restart = true
}

// restarted notes that a sweep that could not be resumed is known now.
func (k *Coordinator) restarted(name string) {
	if f := k.faults.list[name]; f != nil {
		f.restart = false
		k.recover()
	}
}

// resumeNow is restore for one sweep. A sweep that was paused or cancelled meanwhile stays so.
func (k *Coordinator) resumeNow(ctx context.Context, name string) error {
	if err := k.catalog.Refresh(); err != nil {
		return err
	}
	r, err := k.restorer.read(name)
	if r == nil || err != nil {
		return err
	}
	defer k.window.Refill()
	return k.restorer.resume(ctx, r)
}

// retryBlocked looks again at the tasks that could not be sent, and reports whether any can.
func (k *Coordinator) retryBlocked(f *fault) (worked bool) {
	failed := 0
	for id := range f.blocked {
		t, ok := k.machine.Task(id)
		task := k.sweeps.Task(id, f.sweep)
		if !ok || t.IsSettled() || task == nil {
			delete(f.blocked, id)
			continue
		}
		_, err := k.window.Message(lifecycle.Candidate{ID: id, Run: t.Run, Sweep: f.sweep}, task)
		if err == nil || errors.Is(err, window.ErrGone) {
			delete(f.blocked, id)
			worked = true
		} else if failed++; failed == failuresInARow {
			break
		}
	}
	k.window.Refill()
	return worked
}
