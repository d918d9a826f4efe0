package coordinator

import (
	"context"
	"fmt"
	"slices"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/records"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
)

// Pause stops sending the sweeps' tasks to workers; running tasks continue. No name means all sweeps. Pausing
// again changes nothing.
func (k *Coordinator) Pause(ctx context.Context, names []string) (control.Steered, error) {
	return k.steer(ctx, names, control.Paused)
}

// Resume sends the tasks of paused sweeps to workers again. A cancelled sweep must be launched again instead.
func (k *Coordinator) Resume(ctx context.Context, names []string) (control.Steered, error) {
	return k.steer(ctx, names, control.Open)
}

// Cancel withdraws the tasks that the sweeps want and no other sweep does; running tasks finish and count.
func (k *Coordinator) Cancel(ctx context.Context, names []string) (control.Steered, error) {
	return k.steer(ctx, names, control.Cancelled)
}

func (k *Coordinator) steer(ctx context.Context, names []string, to control.Stand) (control.Steered, error) {
	var out control.Steered
	list, err := k.named(names)
	if err != nil {
		return out, err
	}
	for _, name := range list {
		s, err := k.steerOne(name, to)
		if err != nil {
			return out, err
		}
		out.Sweeps = append(out.Sweeps, s)
	}
	err = k.spread(ctx)
	out.Unanswered = k.config.Queue.UnresponsiveFor()
	return out, err
}

// spread waits until the queue no longer holds what a decision took back, but not for long: the queue follows
// once NATS answers.
func (k *Coordinator) spread(ctx context.Context) error {
	k.window.Refill()
	ctx, cancel := context.WithTimeout(ctx, confirmTime)
	defer cancel()
	for k.config.Queue.UnresponsiveFor() == 0 {
		k.mu.Lock()
		failure, disturbed, changed := k.failure, k.machine.Disturbed(), k.changed
		k.mu.Unlock()
		if failure != nil || !disturbed {
			return failure
		}
		select {
		case <-changed:
		case <-k.config.Queue.Lost():
			return k.config.Queue.Err()
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// confirmTime is how long a request waits for the queue to follow it.
const confirmTime = 5 * time.Second

// named returns the sweeps of these names; without names, all sweeps that can still change. Sweeps that need
// others' networks come first: cancelling one sweep after another then fails no task for lack of its source.
func (k *Coordinator) named(names []string) ([]string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(names) == 0 {
		for s := range k.sweeps.All() {
			if is := k.sweeps.Status(s.Name); is != control.Cancelled && is != control.Finished {
				names = append(names, s.Name)
			}
		}
	}
	known, err := k.config.Root.Sweeps()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if k.sweeps.Get(name) == nil && !slices.Contains(known, name) && atomicfile.IsGone(records.Path(k.config.Root, name)) {
			return nil, control.UnknownSweep(name, known)
		}
	}
	names = slices.Clone(names)
	depends := func(name string) int {
		s := k.sweeps.Get(name)
		return dependence(s != nil && s.Source != "")
	}
	slices.SortStableFunc(names, func(a, b string) int { return depends(b) - depends(a) })
	return slices.Compact(names), nil
}

// steerOne changes the status of one sweep.
func (k *Coordinator) steerOne(name string, to control.Stand) (control.SteeredSweep, error) {
	if err := k.authorizeWrite(); err != nil {
		return control.SteeredSweep{Name: name}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.sweeps.Get(name)
	if s == nil {
		return k.steerArchived(name, to)
	}
	stand := k.sweeps.Record(s)
	told := control.SteeredSweep{Name: name, Stand: stand.Stand}
	switch {
	case stand.Stand == control.Cancelled && to == control.Open:
		return told, cancelledSweep(name)
	case stand.Stand == to, stand.Stand == control.Cancelled, stand.Stand == control.Finished:
		return told, nil
	}
	stand.Stand = to
	if err := k.writeStanding(name, stand); err != nil {
		return told, err
	}
	k.turn(name, to, &told)
	k.flush()
	return told, k.failure
}

func cancelledSweep(name string) error {
	text := fmt.Sprintf("sweep %s was cancelled: launch it again, and what it has done stays done", name)
	return &control.Refusal{Kind: control.Input, Text: text}
}

// turn has the machine change a sweep's status, and counts the effects.
func (k *Coordinator) turn(name string, to control.Stand, told *control.SteeredSweep) {
	before := k.machine.Counts(name)
	if to != control.Open {
		told.Moved = k.machine.ForOthers(name)
	}
	var commands []lifecycle.Command
	switch to {
	case control.Paused:
		commands = k.machine.Step(lifecycle.SweepPaused{Sweep: name})
	case control.Open:
		commands = k.machine.Step(lifecycle.SweepResumed{Sweep: name})
	case control.Cancelled:
		commands = k.machine.Step(lifecycle.SweepCancelled{Sweep: name})
	}
	now := k.machine.Counts(name)
	if to == control.Cancelled {
		told.Removed = now.Dropped - before.Dropped
	}
	told.Stand, told.Changed, told.Running = to, true, now.Running+now.Placing
	k.do(commands)
	k.config.Log.Info("sweep "+string(to), "sweep", name, "removed", told.Removed, "moved", told.Moved, "running", told.Running)
}
