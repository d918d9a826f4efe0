package coordinator

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"eisweep/coordinator/launched"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/plan"
	"eisweep/coordinator/records"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/sweeps"
)

// restored is an unfinished sweep of an earlier coordinator.
type restored struct {
	name  string
	sweep *sweeps.Sweep
	stand *records.Sweep // with the SHA-256 of the sweep's file
}

// restore resumes the sweeps that an earlier coordinator left unfinished, as if they were launched again, but
// leaves alone what is queued or running.
func (k *Coordinator) restore(ctx context.Context) error {
	if err := k.awaitOutcomes(ctx); err != nil {
		return err
	}
	list, spared, err := k.unfinished()
	if err != nil {
		return err
	}
	for _, r := range list {
		if err := k.goOn(ctx, r); err != nil {
			if ctx.Err() != nil || k.failed() {
				return err
			}
			spared[r.name] = true
			k.restartLater(r.name, err)
		}
	}
	if len(list) > 0 && k.config.Queue.IsNew() {
		// Workers enter running attempts again when they reconnect.
		k.window.OpenAfter(k.config.Regather)
	}
	return nil
}

// awaitOutcomes waits until the outcomes that were committed before have arrived.
func (k *Coordinator) awaitOutcomes(ctx context.Context) error {
	last, err := k.config.Queue.LastOutcome(ctx)
	if err != nil || last == 0 {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, outcomesTime)
	defer cancel()
	k.takeUpTo(ctx, last) // without those that don't come a task may be executed once more
	return nil
}

// outcomesTime bounds the wait for outcomes at a restart.
const outcomesTime = 30 * time.Second

// unfinished lists the sweeps to resume in the order of their launches, but those that train networks before
// those that need them. It also names those whose orders are not to be touched because their state is unknown.
func (k *Coordinator) unfinished() (list []*restored, spared map[string]bool, err error) {
	names, err := k.config.Root.Sweeps()
	if err != nil {
		return nil, nil, err
	}
	if names, err = k.withRecords(names); err != nil {
		return nil, nil, err
	}
	spared = map[string]bool{}
	for _, name := range names {
		r, err := k.readRestored(name)
		if err != nil {
			spared[name] = true
			k.restartLater(name, err)
		} else if r != nil {
			list = append(list, r)
		}
	}
	slices.SortStableFunc(list, func(a, b *restored) int {
		return cmp.Or(dependence(launched.NeedsSweep(a.sweep))-dependence(launched.NeedsSweep(b.sweep)), a.stand.Launched.Compare(b.stand.Launched))
	})
	return list, spared, nil
}

// withRecords adds the sweeps that have a record but no folder, or an incomplete folder: their orders and
// results are kept until somebody cancels them.
func (k *Coordinator) withRecords(names []string) ([]string, error) {
	recorded, err := records.Names(k.config.Root)
	if err != nil {
		return nil, err
	}
	names = append(slices.Clone(names), recorded...)
	slices.Sort(names)
	return slices.Compact(names), nil
}

// readRestored reads a sweep that is to be resumed; it returns nil if the sweep is not.
func (k *Coordinator) readRestored(name string) (*restored, error) {
	stand, err := records.Read(k.config.Root, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !isUnfinished(stand):
		return nil, nil
	}
	if err := k.catalog.Fault(name); err != nil {
		return nil, err
	}
	s, sum, err := records.LaunchedSum(k.config.Root, name)
	if dir := k.config.Root.SweepDir(name); errors.Is(err, fs.ErrNotExist) && atomicfile.IsGone(dir) {
		return nil, &records.GoneError{Sweep: name, Path: dir}
	}
	if err != nil {
		return nil, err
	}
	stand.File = records.File{SHA256: sum}
	return &restored{name: name, sweep: s, stand: stand}, nil
}

func isUnfinished(s *records.Sweep) bool { return s.Stand == control.Open || s.Stand == control.Paused }

// dependence is 1 for a sweep that needs another's networks.
func dependence(needs bool) int {
	if needs {
		return 1
	}
	return 0
}

// goOn enters the tasks of a sweep, after planning it. A sweep that cannot be planned is left unchanged.
func (k *Coordinator) goOn(ctx context.Context, r *restored) error {
	if r.stand.Reruns == nil {
		r.stand.Reruns = map[sweeps.ID]int{}
	}
	order := plan.Request{Sweeps: []*sweeps.Sweep{r.sweep}, Supersede: true, KeepFile: true, Resumed: r.stand.Reruns}
	planned, err := plan.New(ctx, k.catalog, k.config.Prober, earlier{k}, order)
	if err != nil {
		return err
	}
	k.mu.Lock()
	now, err := records.Read(k.config.Root, r.name) // people may have paused or cancelled it meanwhile
	if err != nil || !isUnfinished(now) {
		k.mu.Unlock()
		return err
	}
	r.stand.Stand = now.Stand
	first := &planned.Sweeps[0]
	k.sweeps.Put(launched.NewSweep(first.Sweep, first.Expansion, r.stand.Priority, r.stand.Launched, r.stand.File))
	k.step(lifecycle.LaunchBegan{Sweep: r.name, Priority: r.stand.Priority})
	if r.stand.Stand == control.Paused {
		k.step(lifecycle.SweepPaused{Sweep: r.name})
	}
	k.mu.Unlock()
	told := &planned.Sweeps[0]
	k.config.Log.Info("goes on with sweep", "sweep", r.name, "stand", r.stand.Stand, "tasks", told.Tasks,
		"done", told.Done+told.Linked, "to run", told.New+told.Waiting)
	return k.submit(ctx, told)
}
