package coordinator

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/lifecycle"
	"eisweep/internal/control"
	"eisweep/internal/results"
	"eisweep/sweeps"
)

// fault sets a sweep aside: its directory, its manifest or one of its results cannot be read or
// written. Whatever the fault stopped is kept here, or held back by the ledger, in order, and tried again. Other sweeps are
// not affected.
type fault struct {
	sweep    string
	err      error
	since    time.Time
	whole    bool                // the folder or the manifest is at fault, not a single file
	restart  bool                // the sweep could not be resumed when the coordinator started
	finish   bool                // its tasks are all settled: it ends with the fault
	commands []lifecycle.Command // not carried out yet
	blocked  map[sweeps.ID]bool  // tasks that cannot be sent
	retry    retry               // when all this is tried again
	due      bool                // it is tried now
}

// retry is the time of the next attempt at something that failed.
type retry struct {
	tries int // in a row without any success
	wait  time.Duration
	at    time.Time
}

// The first and the longest pause between two retries, and the number of them after which `run` gives up.
const (
	retryFirst  = 250 * time.Millisecond
	retryMost   = time.Minute
	retryEnough = 4
)

// failed postpones the next attempt.
func (r *retry) failed(now time.Time) {
	r.tries++
	r.wait = min(max(2*r.wait, retryFirst), retryMost)
	r.at = now.Add(r.wait)
}

// soon schedules the next attempt for now.
func (r *retry) soon() { *r = retry{} }

// faultList are the faults of a coordinator.
type faultList struct {
	log  *slog.Logger
	list map[string]*fault // by the sweeps that they set aside
	wake chan struct{}     // notifies the retry loop of a fault
}

// report returns the sweep's fault with this error; a new one if it has none. The sweep need not be launched.
func (l *faultList) report(sweep string, err error, whole bool) *fault {
	f := l.list[sweep]
	if f == nil {
		f = &fault{sweep: sweep, since: time.Now()}
		f.retry.failed(f.since)
		l.list[sweep] = f
	}
	if f.err == nil || f.err.Error() != err.Error() {
		l.log.Error("the sweep is set aside until this is repaired; the others continue",
			"sweep", sweep, "error", err, "remedy", catalog.Remedy(err))
	}
	f.err, f.whole = err, f.whole || whole
	l.wakeUp()
	return f
}

// has reports whether a sweep is set aside.
func (l *faultList) has(sweep string) bool { return l.list[sweep] != nil }

// postpone keeps a command that could not be carried out for one of its sweeps; whole says
// whether that is due to the sweep's folder, unless the error names a single file.
func (l *faultList) postpone(sweep string, c lifecycle.Command, err error, whole bool) {
	var single *results.FileError
	f := l.report(sweep, err, whole && !errors.As(err, &single))
	f.commands = append(f.commands, c)
}

// wakeUp makes the retry loop look for due faults.
func (l *faultList) wakeUp() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// due returns the faults that are to be retried, in order.
func (l *faultList) due(now time.Time) []*fault {
	var out []*fault
	for _, f := range l.list {
		if !f.retry.at.After(now) {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b *fault) int { return strings.Compare(a.sweep, b.sweep) })
	return out
}

// block makes a task wait that cannot be sent.
func (l *faultList) block(c lifecycle.Candidate, err error) {
	f := l.report(c.Sweep, err, false)
	if f.blocked == nil {
		f.blocked = map[sweeps.ID]bool{}
	}
	f.blocked[c.ID] = true
}

// idle reports whether nothing that the fault stopped is left, apart from lines that the ledger holds back.
func (f *fault) idle() bool {
	return !f.restart && len(f.commands)+len(f.blocked) == 0
}

// hopeless reports whether a sweep cannot make progress: retries of its fault failed several
// times, and nothing else of the sweep can succeed.
func (k *Coordinator) hopeless(f *fault) bool {
	if f == nil || f.retry.tries < retryEnough {
		return false
	}
	n := k.machine.Counts(f.sweep)
	return f.whole || n.Pending-len(f.blocked)+n.Queued+n.Running <= 0
}

// stuck is the error of the incomplete sweeps when none of them can make progress, and nil while
// one can.
func (k *Coordinator) stuck() error {
	var errs []error
	for s := range k.sweeps.All() {
		f := k.faults.list[s.Name]
		switch {
		case k.sweeps.IsComplete(s.Name):
		case k.hopeless(f):
			errs = append(errs, fmt.Errorf("sweep %s: %w", s.Name, f.err))
		default:
			return nil
		}
	}
	return errors.Join(errs...)
}

// faultsTold lists the sweeps that are set aside, by name.
func (k *Coordinator) faultsTold() []control.SweepFault {
	var out []control.SweepFault
	for _, f := range k.faults.list {
		out = append(out, control.SweepFault{Sweep: f.sweep, Since: f.since, Cause: f.err.Error(), Remedy: catalog.Remedy(f.err)})
	}
	for sweep, err := range k.catalog.Faults() {
		if k.faults.list[sweep] == nil {
			out = append(out, control.SweepFault{Sweep: sweep, Since: k.begun, Cause: err.Error(), Remedy: catalog.Remedy(err)})
		}
	}
	slices.SortFunc(out, func(a, b control.SweepFault) int { return strings.Compare(a.Sweep, b.Sweep) })
	return out
}

// faultOf returns the fault of a sweep that is set aside, and nil for any other.
func (k *Coordinator) faultOf(sweep string) *control.SweepFault {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, f := range k.faultsTold() {
		if f.Sweep == sweep {
			return &f
		}
	}
	return nil
}
