package coordinator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"eisweep/coordinator/faults"
	"eisweep/coordinator/launched"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/records"
	"eisweep/coordinator/removal"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/events"
)

// sweepControl pauses, resumes and cancels sweeps.
type sweepControl struct {
	*core
	config   Config
	sweeps   *launched.Table
	faults   *faults.List
	recorder *recorder
	flush    func()
	refill   func()
}

func (st *sweepControl) steer(ctx context.Context, names []string, to control.Status) (control.Steered, error) {
	var out control.Steered
	list, err := st.named(names)
	if err != nil {
		return out, err
	}
	for _, name := range list {
		s, err := st.steerOne(ctx, name, to)
		if err != nil {
			return out, err
		}
		out.Sweeps = append(out.Sweeps, s)
	}
	err = st.awaitQueue(ctx)
	out.UnresponsiveFor = st.config.Queue.UnresponsiveFor()
	return out, err
}

// awaitQueue waits until the queue no longer holds what a decision took back, but not for long: the queue follows
// once NATS answers.
func (st *sweepControl) awaitQueue(ctx context.Context) error {
	st.refill()
	ctx, cancel := context.WithTimeout(ctx, confirmTime)
	defer cancel()
	for st.config.Queue.UnresponsiveFor() == 0 {
		st.mu.Lock()
		failure, disturbed, changed := st.failure, st.machine.Disturbed(), st.changed
		st.mu.Unlock()
		if failure != nil || !disturbed {
			return failure
		}
		select {
		case <-changed:
		case <-st.config.Queue.Lost():
			return st.config.Queue.Err()
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
func (st *sweepControl) named(names []string) ([]string, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if len(names) == 0 {
		for s := range st.sweeps.All() {
			if is := st.sweeps.Status(s.Name); is != control.Cancelled && is != control.Finished {
				names = append(names, s.Name)
			}
		}
	}
	known, err := st.config.Root.Sweeps()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if st.sweeps.Get(name) == nil && !slices.Contains(known, name) && atomicfile.IsGone(records.Path(st.config.Root, name)) {
			return nil, removal.Missing(st.config.Root, name, known)
		}
	}
	names = slices.Clone(names)
	depends := func(name string) int {
		s := st.sweeps.Get(name)
		return dependence(s != nil && s.Source != "")
	}
	slices.SortStableFunc(names, func(a, b string) int { return depends(b) - depends(a) })
	return slices.Compact(names), nil
}

// steerOne changes the status of one sweep.
func (st *sweepControl) steerOne(ctx context.Context, name string, to control.Status) (control.SteeredSweep, error) {
	if err := st.authorizeWrite(); err != nil {
		return control.SteeredSweep{Name: name}, err
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	s := st.sweeps.Get(name)
	if s == nil {
		return st.steerArchived(ctx, name, to)
	}
	record := st.sweeps.Record(s)
	out := control.SteeredSweep{Name: name, Status: record.Status}
	switch {
	case record.Status == control.Cancelled && to == control.Open:
		return out, cancelledSweep(name)
	case record.Status == to, record.Status == control.Cancelled, record.Status == control.Finished:
		return out, nil
	}
	record.Status, record.Paused = to, pausedSince(to)
	if err := st.recorder.write(name, record); err != nil {
		return out, err
	}
	s.Paused = record.Paused
	st.apply(name, to, &out)
	st.recordStatus(ctx, name, to, out.Removed)
	st.flush()
	return out, st.failure
}

// pausedSince is since when a sweep is paused that gets a status now.
func pausedSince(to control.Status) time.Time {
	if to == control.Paused {
		return time.Now().UTC().Truncate(time.Second)
	}
	return time.Time{}
}

func cancelledSweep(name string) error {
	text := fmt.Sprintf("sweep %s was cancelled: launch it again; its finished tasks are not computed again", name)
	return &control.Refusal{Kind: control.Input, Text: text}
}

// apply has the machine change a sweep's status, and counts the effects.
func (st *sweepControl) apply(name string, to control.Status, out *control.SteeredSweep) {
	before := st.machine.Counts(name)
	if to != control.Open {
		out.Moved = st.machine.ForOthers(name)
	}
	var commands []lifecycle.Command
	switch to {
	case control.Paused:
		commands = st.machine.Step(lifecycle.SweepPaused{Sweep: name})
	case control.Open:
		commands = st.machine.Step(lifecycle.SweepResumed{Sweep: name})
	case control.Cancelled:
		commands = st.machine.Step(lifecycle.SweepCancelled{Sweep: name})
	}
	now := st.machine.Counts(name)
	if to == control.Cancelled {
		out.Removed = now.Dropped - before.Dropped
	}
	out.Status, out.Changed, out.Running = to, true, now.Running+now.Placing
	st.do(commands)
}

// recordStatus records that somebody has changed the status of a sweep, and how many tasks are withdrawn by that.
func (st *sweepControl) recordStatus(ctx context.Context, name string, to control.Status, removed int) {
	kinds := map[control.Status]events.Kind{control.Paused: events.SweepPaused, control.Open: events.SweepResumed,
		control.Cancelled: events.SweepCancelled}
	e := requested(ctx, kinds[to], name)
	e.Tasks = removed
	st.record(e)
}

// steerArchived changes the recorded state of such a sweep, which the next coordinator follows. Cancelling also
// ends the attempts to resume it.
func (st *sweepControl) steerArchived(ctx context.Context, name string, to control.Status) (control.SteeredSweep, error) {
	out := control.SteeredSweep{Name: name, Status: control.Finished}
	record, err := records.Read(st.config.Root, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return out, nil
	case atomicfile.IsStorage(err):
		return out, err
	case err != nil: // it is unreadable: it is written anew
		record = &records.Sweep{Format: 1, Launched: time.Now()}
	}
	out.Status = record.Status
	switch {
	case record.Status == control.Cancelled && to == control.Open:
		return out, cancelledSweep(name)
	case to == control.Cancelled && atomicfile.IsGone(st.config.Root.SweepDir(name)): // its missing directory is no longer reported
	case record.Status == control.Cancelled, record.Status == control.Finished:
		return out, nil
	case to == control.Open:
		return out, &control.Refusal{Kind: control.Input, Text: fmt.Sprintf("sweep %s could not be resumed when the coordinator started, "+
			"whose log says why: launch it again; its finished tasks are not computed again", name)}
	case record.Status == to:
		return out, nil
	}
	record.Status, record.Paused = to, pausedSince(to)
	if err := st.recorder.write(name, record); err != nil {
		return out, err
	}
	if to == control.Cancelled {
		st.faults.RetrySoon(name) // nothing is left to resume
	}
	out.Status, out.Changed = to, true
	st.recordStatus(ctx, name, to, 0)
	return out, nil
}
