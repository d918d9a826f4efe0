package faults

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/ledger"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/window"
	"eisweep/internal/control"
	"eisweep/internal/events"
	"eisweep/internal/results"
	"eisweep/sweeps"
)

// Core is what the faults need of the coordinator. Its lock guards the state machine and the faults. All methods except
// Lock, Unlock and Resume are called with the lock held.
type Core interface {
	sync.Locker
	Machine() *lifecycle.Machine
	// Failure is why the coordinator cannot continue; nil if it can.
	Failure() error
	// Step feeds an event to the machine and carries out what follows.
	Step(lifecycle.Event)
	// CarryOutAgain carries out a command that a fault stopped, as far as it is still valid.
	CarryOutAgain(lifecycle.Command)
	// Flush makes what was carried out durable. It may release the lock for a while before it does anything.
	Flush()
	// Finish ends a sweep whose tasks are all settled.
	Finish(sweep string)
	// Resume resumes a sweep that could not be resumed when the coordinator started, and reports the outcome to the list.
	Resume(ctx context.Context, sweep string)
	// Record adds an event to the log of events.
	Record(events.Event)
	// Announce wakes those who wait for a change.
	Announce()
}

// Config says what a list works with.
type Config struct {
	Core    Core
	Catalog *catalog.Catalog
	Ledger  *ledger.Ledger
	Window  *window.Window
	Log     *slog.Logger
}

// fault sets a sweep aside: its directory, its manifest or one of its results cannot be read or
// written. Whatever the fault stopped is kept here, or held back by the ledger, in order, and tried again. Other sweeps are
// not affected.
type fault struct {
	sweep    string
	err      error
	since    time.Time
	whole    bool                // the directory or the manifest is at fault, not a single file
	restart  bool                // the sweep could not be resumed when the coordinator started
	finish   bool                // its tasks are all settled: it ends with the fault
	commands []lifecycle.Command // not carried out yet
	blocked  map[sweeps.ID]bool  // tasks that cannot be sent
	retry    retry               // when all this is tried again
	due      bool                // it is tried now
}

// isIdle reports whether nothing that the fault stopped is left, apart from lines that the ledger holds back.
func (f *fault) isIdle() bool {
	return !f.restart && len(f.commands)+len(f.blocked) == 0
}

// List holds the faults of a coordinator. The core's lock is held during every call, unless a method says otherwise.
type List struct {
	config Config
	began  time.Time
	list   map[string]*fault // by the sweeps that they set aside
	wake   chan struct{}     // notifies Work of a fault
}

// New makes a list without faults.
func New(c Config) *List {
	return &List{config: c, began: time.Now(), list: map[string]*fault{}, wake: make(chan struct{}, 1)}
}

// Report sets a sweep aside because of an error; whole says whether its directory or manifest is at fault. The sweep need
// not be launched.
func (l *List) Report(sweep string, err error, whole bool) { l.report(sweep, err, whole) }

// report returns the sweep's fault with this error; a new one if it has none.
func (l *List) report(sweep string, err error, whole bool) *fault {
	f := l.list[sweep]
	if f == nil {
		f = &fault{sweep: sweep, since: time.Now()}
		f.retry.failed(f.since)
		l.list[sweep] = f
	}
	if f.err == nil || f.err.Error() != err.Error() {
		l.config.Core.Record(events.Event{Kind: events.SweepSetAside, Sweep: sweep, Error: err.Error(), Remedy: catalog.Remedy(err)})
	}
	f.err, f.whole = err, f.whole || whole
	l.wakeUp()
	return f
}

// Postpone keeps a command that could not be carried out for one of its sweeps; whole says
// whether that is due to the sweep's directory, unless the error names a single file.
func (l *List) Postpone(sweep string, c lifecycle.Command, err error, whole bool) {
	var single *results.FileError
	f := l.report(sweep, err, whole && !errors.As(err, &single))
	f.commands = append(f.commands, c)
}

// Block keeps a task that cannot be sent.
func (l *List) Block(c lifecycle.Candidate, err error) {
	f := l.report(c.Sweep, err, false)
	if f.blocked == nil {
		f.blocked = map[sweeps.ID]bool{}
	}
	f.blocked[c.ID] = true
}

// RestartLater sets a sweep aside that could not be resumed.
func (l *List) RestartLater(sweep string, err error) {
	f := l.report(sweep, err, true)
	if f.restart {
		f.retry.failed(time.Now())
	}
	f.restart = true
}

// Restarted notes that a sweep that could not be resumed is resumed or launched now.
func (l *List) Restarted(sweep string) {
	if f := l.list[sweep]; f != nil {
		f.restart = false
		l.Recover()
	}
}

// AwaitsRestart reports whether a sweep could not be resumed yet.
func (l *List) AwaitsRestart(sweep string) bool {
	f := l.list[sweep]
	return f != nil && f.restart
}

// AwaitRestarts reports whether any sweep could not be resumed yet.
func (l *List) AwaitRestarts() bool {
	for _, f := range l.list {
		if f.restart {
			return true
		}
	}
	return false
}

// Of is why a sweep is set aside; nil if it is not.
func (l *List) Of(sweep string) error {
	if f := l.list[sweep]; f != nil {
		return f.err
	}
	return nil
}

// Has reports whether a sweep is set aside.
func (l *List) Has(sweep string) bool { return l.list[sweep] != nil }

// IsEmpty reports whether no sweep is set aside.
func (l *List) IsEmpty() bool { return len(l.list) == 0 }

// FinishLater has a sweep whose tasks are all settled end with its fault. It reports whether the sweep has one.
func (l *List) FinishLater(sweep string) bool {
	f := l.list[sweep]
	if f != nil {
		f.finish = true
	}
	return f != nil
}

// Recover ends the faults that no longer stop anything.
func (l *List) Recover() {
	for name, f := range l.list {
		if !f.isIdle() || l.config.Ledger.HoldsBack(name) {
			continue
		}
		if err := l.config.Ledger.Reread(name); err != nil {
			f.err = err
			continue
		}
		delete(l.list, name)
		l.config.Core.Record(events.Event{Kind: events.SweepContinued, Sweep: name, Since: f.since})
		if f.finish && l.config.Core.Machine().Status(name) != "" {
			l.config.Core.Finish(name)
		}
	}
}

// Stuck is the error of some incomplete sweeps when none of them can make progress, and nil while one can.
func (l *List) Stuck(incomplete []string) error {
	var errs []error
	for _, name := range incomplete {
		switch {
		case l.isHopeless(name):
			errs = append(errs, fmt.Errorf("sweep %s: %w", name, l.list[name].err))
		default:
			return nil
		}
	}
	return errors.Join(errs...)
}

// isHopeless reports whether a sweep cannot make progress: retries of its fault failed several
// times, and nothing else of the sweep can succeed.
func (l *List) isHopeless(sweep string) bool {
	f := l.list[sweep]
	if f == nil || f.retry.tries < retryEnough {
		return false
	}
	n := l.config.Core.Machine().Counts(sweep)
	return f.whole || n.Pending-len(f.blocked)+n.Queued+n.Running <= 0
}

// Summary lists the sweeps that are set aside, by name, with those whose manifests the catalog cannot read.
func (l *List) Summary() []control.SweepFault {
	var out []control.SweepFault
	for _, f := range l.list {
		out = append(out, control.SweepFault{Sweep: f.sweep, Since: f.since, Cause: f.err.Error(), Remedy: catalog.Remedy(f.err)})
	}
	for sweep, err := range l.config.Catalog.Faults() {
		if l.list[sweep] == nil {
			out = append(out, control.SweepFault{Sweep: sweep, Since: l.began, Cause: err.Error(), Remedy: catalog.Remedy(err)})
		}
	}
	slices.SortFunc(out, func(a, b control.SweepFault) int { return strings.Compare(a.Sweep, b.Sweep) })
	return out
}

// Find returns the fault of a sweep that is set aside, and nil for any other. It takes the lock.
func (l *List) Find(sweep string) *control.SweepFault {
	l.config.Core.Lock()
	defer l.config.Core.Unlock()
	for _, f := range l.Summary() {
		if f.Sweep == sweep {
			return &f
		}
	}
	return nil
}
