package coordinator

import (
	"context"
	"errors"
	"maps"
	"slices"

	"eisweep/coordinator/lifecycle"
)

// finish takes a sweep whose tasks are all settled out of the queue. A worker
// whose acknowledgement is still on its way must not leave its order behind, or a
// later one of the same task would find its place taken.
func (k *Coordinator) finish(sweep string) {
	if !k.machine.IsFinished(sweep) {
		return // a task was ordered anew meanwhile
	}
	s := k.sweep(sweep)
	if err := k.writeStanding(sweep, k.standing(s)); err != nil {
		k.config.Log.Warn("the sweep is complete, and a restart would look at it again", "error", err)
	}
	k.outbox.add(sending{command: lifecycle.Purge{Sweep: sweep}})
	k.closing[sweep] = true
}

// closeSweeps ends that workers can ask for tasks of finished sweeps. Those that are
// asking at the moment when that happens get no answer: it waits until none is.
func (k *Coordinator) closeSweeps(ctx context.Context) error {
	k.mu.Lock()
	names := slices.Collect(maps.Keys(k.closing))
	clear(k.closing)
	k.mu.Unlock()
	var errs []error
	for _, name := range names {
		errs = append(errs, k.config.Queue.CloseSweep(ctx, name))
	}
	return errors.Join(errs...)
}

// openSweeps sees to it that workers can ask for tasks of every sweep that is not
// finished: one may have been opened again while closeSweeps was about to close it.
func (k *Coordinator) openSweeps(ctx context.Context) error {
	k.mu.Lock()
	var names []string
	for _, s := range k.sweeps {
		if !k.machine.IsFinished(s.name) {
			names = append(names, s.name)
		}
	}
	k.mu.Unlock()
	var errs []error
	for _, name := range names {
		errs = append(errs, k.config.Queue.OpenSweep(ctx, name))
	}
	return errors.Join(errs...)
}
