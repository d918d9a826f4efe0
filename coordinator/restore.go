package coordinator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/plan"
	"eisweep/coordinator/records"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/sweeps"
)

// restored is a sweep that an earlier coordinator was at work on.
type restored struct {
	name  string
	sweep *sweeps.Sweep
	stand *records.Sweep // with the SHA-256 of the sweep's file
}

// restore goes on with the sweeps that an earlier coordinator left unfinished, as
// if they were launched again, but leaves alone what is queued or running.
func (k *Coordinator) restore(ctx context.Context) error {
	queued, err := k.config.Queue.Queued(ctx)
	if err != nil {
		return fmt.Errorf("list queued tasks: %w", err)
	}
	if err := k.clearForeign(ctx, len(queued)); err != nil {
		return err
	}
	// What left the queue before that has its outcome by now.
	if err := k.learnOutcomes(ctx); err != nil {
		return err
	}
	list, spared, err := k.unfinished()
	if err != nil {
		return err
	}
	k.queued = queued
	defer func() { k.queued = nil }()
	for _, r := range list {
		if err := k.goOn(ctx, r); err != nil {
			if ctx.Err() != nil || k.failed() {
				return err
			}
			spared[r.name] = true
			k.restartLater(r.name, err)
		}
	}
	if err := k.confirmed(ctx, 0); err != nil {
		return err
	}
	if err := k.clearStale(ctx, spared); err != nil {
		return err
	}
	k.closeForgotten(ctx, spared)
	return nil
}

// closeForgotten removes the consumers of sweeps that are finished, cancelled or gone: an earlier
// coordinator had no time for it. Left alone they cost room, no more.
func (k *Coordinator) closeForgotten(ctx context.Context, spared map[string]bool) {
	err := k.config.Queue.CloseOthers(ctx, func(sweep string) bool { return spared[sweep] || k.standOf(sweep) != "" })
	if err != nil && ctx.Err() == nil {
		k.config.Log.Warn("close sweeps of earlier coordinators", "error", err)
	}
}

// clearForeign takes the orders of other versions of the program out of the queue,
// where there are more than our own.
func (k *Coordinator) clearForeign(ctx context.Context, own int) error {
	n, err := k.config.Queue.Length(ctx)
	if err != nil || n <= own {
		return err
	}
	versions, err := k.config.Queue.PurgeForeign(ctx)
	if len(versions) > 0 {
		k.config.Log.Info("removed orders of other versions of the program", "versions", versions)
	}
	return err
}

// learnOutcomes waits for the outcomes that are committed, and takes in what the queue knows of
// settled orders.
func (k *Coordinator) learnOutcomes(ctx context.Context) error {
	last, err := k.awaitOutcomes(ctx)
	if err != nil {
		return err
	}
	return k.learnRuns(ctx, last)
}

// awaitOutcomes waits until the outcomes are here that were committed before, and returns
// the sequence of the last; 0 when they don't come.
func (k *Coordinator) awaitOutcomes(ctx context.Context) (uint64, error) {
	last, acknowledged, err := k.config.Queue.LastOutcome(ctx)
	if err != nil || acknowledged {
		return last, err
	}
	ctx, cancel := context.WithTimeout(ctx, outcomesTime)
	defer cancel()
	if !k.takeUpTo(ctx, last) {
		return 0, nil // a task may be given out once more
	}
	return last, nil
}

// learnRuns takes in which orders the queue takes for settled, those aside whose
// outcomes are here and not dealt with: the manifests may be older than the queue. An
// outcome after the last that was waited for may be on its way here.
func (k *Coordinator) learnRuns(ctx context.Context, last uint64) error {
	return k.config.Queue.Fences(ctx, last, func(id sweeps.ID, run int) {
		k.mu.Lock()
		_, isHeld := k.held[runKey{id, run}]
		k.mu.Unlock()
		if !isHeld && k.catalog.LastRun(id) < run {
			k.catalog.RaiseRun(id, run)
		}
	})
}

// outcomesTime bounds the wait for outcomes at a restart.
const outcomesTime = 30 * time.Second

// unfinished lists the sweeps to go on with in the order of their launches, those
// that make networks before those that need them, and names those whose orders are
// not to be touched because nobody knows how they stand.
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
		return cmp.Or(dependence(a.sweep)-dependence(b.sweep), a.stand.Launched.Compare(b.stand.Launched))
	})
	return list, spared, nil
}

// withRecords adds the sweeps that have a record, but no folder, or one without what a sweep has: until somebody gives
// them up, their orders and results are kept.
func (k *Coordinator) withRecords(names []string) ([]string, error) {
	recorded, err := records.Names(k.config.Root)
	if err != nil {
		return nil, err
	}
	names = append(slices.Clone(names), recorded...)
	slices.Sort(names)
	return slices.Compact(names), nil
}

// readRestored reads a sweep that is to be resumed; nil if it isn't.
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
func dependence(s *sweeps.Sweep) int {
	if s.SourceName() != "" && !s.SourceIsPath() {
		return 1
	}
	return 0
}

// goOn enters the tasks of a sweep, after it was planned: one that cannot be planned
// stays as it is.
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
	s := newLaunchedSweep(&planned.Sweeps[0], r.stand.Priority, r.stand.Launched, r.stand.File)
	k.sweeps = append(k.sweeps, s)
	k.do(k.machine.Step(lifecycle.LaunchBegan{Sweep: r.name}))
	if r.stand.Stand == control.Paused {
		k.do(k.machine.Step(lifecycle.SweepPaused{Sweep: r.name}))
	}
	k.mu.Unlock()
	told := &planned.Sweeps[0]
	k.config.Log.Info("goes on with sweep", "sweep", r.name, "stand", r.stand.Stand, "tasks", told.Tasks,
		"done", told.Done+told.Linked, "to run", told.New+told.Waiting)
	return k.submit(ctx, told)
}

// clearStale takes out of the queue what nobody waits for: orders of sweeps that
// were cancelled while no coordinator ran, and such as were given twice.
func (k *Coordinator) clearStale(ctx context.Context, spared map[string]bool) error {
	stale := map[string][]sweeps.ID{}
	k.mu.Lock()
	for id, order := range k.queued {
		sweep := order.Sweep
		if t, ok := k.machine.Task(id); ok && !t.IsSettled() && t.QueuedFor == sweep {
			continue
		}
		if spared[sweep] {
			k.strangers++
			continue
		}
		stale[sweep] = append(stale[sweep], id)
	}
	k.mu.Unlock()
	for sweep, ids := range stale {
		if err := k.clearOrders(ctx, sweep, ids); err != nil {
			return err
		}
	}
	return nil
}

func (k *Coordinator) clearOrders(ctx context.Context, sweep string, ids []sweeps.ID) error {
	k.config.Log.Info("removes orders that nobody waits for", "sweep", sweep, "orders", len(ids))
	if k.standOf(sweep) == "" {
		if err := k.config.Queue.PurgeSweep(ctx, sweep); err != nil {
			return fmt.Errorf("clear queue: %w", err)
		}
		return k.config.Queue.CloseSweep(ctx, sweep)
	}
	for _, id := range ids {
		if err := k.config.Queue.Remove(ctx, sweep, id); err != nil {
			return fmt.Errorf("clear queue: %w", err)
		}
	}
	return nil
}
