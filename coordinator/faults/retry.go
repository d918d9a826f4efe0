package faults

import (
	"context"
	"slices"
	"strings"
	"time"

	"eisweep/coordinator/lifecycle"
)

// retry is the time of the next attempt at something that failed.
type retry struct {
	tries int // in a row without any success
	wait  time.Duration
	at    time.Time
}

const (
	retryFirst  = 250 * time.Millisecond // the first pause between two retries
	retryMost   = time.Minute            // the longest
	retryEnough = 4                      // retries after which `run` gives up

	// failuresInARow is the number of failures after which a round of retries for a sweep ends: if its directory is
	// gone, none of a thousand results can be placed.
	failuresInARow = 3
)

// failed postpones the next attempt.
func (r *retry) failed(now time.Time) {
	r.tries++
	r.wait = min(max(2*r.wait, retryFirst), retryMost)
	r.at = now.Add(r.wait)
}

// soon schedules the next attempt for now.
func (r *retry) soon() { *r = retry{} }

// RetrySoon has a sweep's fault, if it has one, tried again soon: what is repaired takes effect at once.
func (l *List) RetrySoon(sweep string) {
	if f := l.list[sweep]; f != nil {
		f.retry.soon()
		l.wakeUp()
	}
}

// Tries is how many attempts in a row at what a sweep's fault stopped have failed.
func (l *List) Tries(sweep string) int {
	if f := l.list[sweep]; f != nil {
		return f.retry.tries
	}
	return 0
}

// Retried lists the sweeps for which everything is tried again at this moment.
func (l *List) Retried() (names []string) {
	for name, f := range l.list {
		if f.due {
			names = append(names, name)
		}
	}
	return names
}

// wakeUp makes Work look for due faults.
func (l *List) wakeUp() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Work tries again what faults stopped, until ctx ends. The lock is not held.
func (l *List) Work(ctx context.Context) {
	for {
		timer := time.NewTimer(l.nextRetry())
		select {
		case <-timer.C:
			l.retryDue(ctx)
		case <-l.wake:
		case <-ctx.Done():
			return
		}
		timer.Stop()
	}
}

// nextRetry is the time until the next fault is due. A coordinator that cannot continue retries nothing.
func (l *List) nextRetry() time.Duration {
	l.config.Core.Lock()
	defer l.config.Core.Unlock()
	wait := retryMost
	if l.config.Core.Failure() != nil {
		return wait
	}
	for _, f := range l.list {
		wait = min(wait, max(0, time.Until(f.retry.at)))
	}
	return wait
}

// due returns the faults that are to be retried, in order.
func (l *List) due(now time.Time) []*fault {
	var out []*fault
	for _, f := range l.list {
		if !f.retry.at.After(now) {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b *fault) int { return strings.Compare(a.sweep, b.sweep) })
	return out
}

// retryDue retries for every sweep whose fault is due.
func (l *List) retryDue(ctx context.Context) {
	l.config.Core.Lock()
	due := l.due(time.Now())
	if l.config.Core.Failure() != nil {
		due = nil
	}
	l.config.Core.Unlock()
	for _, f := range due {
		if f.restart {
			l.config.Core.Resume(ctx, f.sweep)
			continue
		}
		l.config.Core.Lock()
		l.retryOne(f)
		l.config.Core.Unlock()
	}
}

// retryOne retries what a fault stopped: first the lines, then the commands.
func (l *List) retryOne(f *fault) {
	f.due = true
	l.config.Core.Flush()
	f.due = false
	worked := !l.config.Ledger.HoldsBack(f.sweep) && l.retryCommands(f)
	worked = l.retryBlocked(f) || worked
	l.config.Core.Flush()
	if worked {
		f.whole = false
		f.retry.soon()
	}
	f.retry.failed(time.Now())
	l.config.Core.Announce()
}

// retryCommands carries out the commands that a fault stopped and that are still valid, and
// reports whether any succeeded. A command that fails again goes to the end, so that one file
// does not stop the others.
func (l *List) retryCommands(f *fault) (worked bool) {
	list := f.commands
	f.commands = nil
	failed := 0
	for i, c := range list {
		if failed == failuresInARow {
			f.commands = append(slices.Clone(list[i:]), f.commands...)
			break
		}
		before := len(f.commands)
		l.config.Core.CarryOutAgain(c)
		if len(f.commands) > before {
			failed++
		} else {
			failed, worked = 0, true
		}
	}
	return worked
}

// retryBlocked looks again at the tasks that could not be sent, and reports whether any can.
func (l *List) retryBlocked(f *fault) (worked bool) {
	failed := 0
	for id := range f.blocked {
		if err := l.config.Window.CheckSendable(id, f.sweep); err == nil {
			delete(f.blocked, id)
			l.config.Core.Step(lifecycle.TaskReady{ID: id})
			worked = true
		} else if failed++; failed == failuresInARow {
			break
		}
	}
	l.config.Window.Refill()
	return worked
}
