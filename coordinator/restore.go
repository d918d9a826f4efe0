package coordinator

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/faults"
	"eisweep/coordinator/launched"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/plan"
	"eisweep/coordinator/records"
	"eisweep/coordinator/window"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/units"
	"eisweep/sweeps"
)

// restored is an unfinished sweep of an earlier coordinator.
type restored struct {
	name   string
	sweep  *sweeps.Sweep
	record *records.Sweep // with the SHA-256 of the sweep's file
}

// restorer resumes the sweeps that an earlier coordinator left unfinished.
type restorer struct {
	*core
	config   Config
	catalog  *catalog.Catalog
	sweeps   *launched.Table
	launcher *launcher
	window   *window.Window
	faults   *faults.List
	// Of another part of the coordinator.
	awaitOutcomes func(context.Context) error
}

// restore resumes the sweeps that an earlier coordinator left unfinished, as if they were launched again, but
// leaves alone what is queued or running.
func (rs *restorer) restore(ctx context.Context) error {
	if err := rs.awaitOutcomes(ctx); err != nil {
		return err
	}
	list, spared, err := rs.list()
	if err != nil {
		return err
	}
	for _, r := range list {
		if err := rs.resume(ctx, r); err != nil {
			if ctx.Err() != nil || rs.failed() {
				return err
			}
			spared[r.name] = true
			rs.setAside(r.name, err)
		}
	}
	if len(list) > 0 {
		pause := rs.regathering()
		rs.window.OpenAfter(pause)
		if pause > 0 {
			rs.config.Log.Info("workers may register the tasks that they run; no task is sent before", "pause", units.Duration(pause))
		}
	}
	return nil
}

// regathering is how long no order is sent because the register may lack attempts that run. Their workers enter them again
// when they reconnect.
func (rs *restorer) regathering() time.Duration {
	switch {
	case rs.config.Queue.IsNew():
		return rs.config.Regather
	case rs.previousCrashed(): // and its NATS server with it, which writes the register a moment after it has acknowledged an entry
		return rs.config.Rejoin
	default:
		return 0
	}
}

// list lists the sweeps to resume in the order of their launches, but those that train networks before
// those that need them. It also names those whose orders are not to be touched because their state is unknown.
func (rs *restorer) list() (list []*restored, spared map[string]bool, err error) {
	names, err := rs.config.Root.Sweeps()
	if err != nil {
		return nil, nil, err
	}
	if names, err = rs.withRecords(names); err != nil {
		return nil, nil, err
	}
	spared = map[string]bool{}
	for _, name := range names {
		r, err := rs.read(name)
		if err != nil {
			spared[name] = true
			rs.setAside(name, err)
		} else if r != nil {
			list = append(list, r)
		}
	}
	slices.SortStableFunc(list, func(a, b *restored) int {
		return cmp.Or(dependence(launched.NeedsSweep(a.sweep))-dependence(launched.NeedsSweep(b.sweep)),
			a.record.Launched.Compare(b.record.Launched))
	})
	return list, spared, nil
}

// withRecords adds the sweeps that have a record but no directory, or an incomplete directory: their orders and
// results are kept until somebody cancels them.
func (rs *restorer) withRecords(names []string) ([]string, error) {
	recorded, err := records.Names(rs.config.Root)
	if err != nil {
		return nil, err
	}
	names = append(slices.Clone(names), recorded...)
	slices.Sort(names)
	return slices.Compact(names), nil
}

// read reads a sweep that is to be resumed; it returns nil if the sweep is not.
func (rs *restorer) read(name string) (*restored, error) {
	record, err := records.Read(rs.config.Root, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !isUnfinished(record):
		return nil, nil
	}
	if err := rs.catalog.Fault(name); err != nil {
		return nil, err
	}
	s, sum, err := records.LaunchedSum(rs.config.Root, name)
	if dir := rs.config.Root.SweepDir(name); errors.Is(err, fs.ErrNotExist) && atomicfile.IsGone(dir) {
		return nil, &records.GoneError{Sweep: name, Path: dir}
	}
	if err != nil {
		return nil, err
	}
	record.File = records.File{SHA256: sum}
	return &restored{name: name, sweep: s, record: record}, nil
}

func isUnfinished(s *records.Sweep) bool {
	return s.Status == control.Open || s.Status == control.Paused
}

// dependence is 1 for a sweep that needs another's networks.
func dependence(needs bool) int {
	if needs {
		return 1
	}
	return 0
}

// resume submits the tasks of a sweep. If the file of one cannot be looked at, those before it are submitted, and the
// sweep is resumed again later.
func (rs *restorer) resume(ctx context.Context, r *restored) error {
	if r.record.Reruns == nil {
		r.record.Reruns = map[sweeps.ID]int{}
	}
	order := plan.Request{Sweeps: []*sweeps.Sweep{r.sweep}, Supersede: true, KeepFile: true, Resumed: r.record.Reruns}
	planned, err := plan.New(ctx, rs.catalog, rs.config.Prober, earlier{rs.launcher}, order)
	if err != nil {
		return err
	}
	rs.mu.Lock()
	now, err := records.Read(rs.config.Root, r.name) // people may have paused or cancelled it meanwhile
	if err != nil || !isUnfinished(now) {
		rs.mu.Unlock()
		return err
	}
	r.record.Status = now.Status
	first := &planned.Sweeps[0]
	s := launched.NewSweep(first.Sweep, first.Expansion, r.record.Priority, r.record.Launched, r.record.File)
	s.Launch, s.Most, s.User, s.Paused = r.record.Launch, r.record.MaxRunning, r.record.User, now.Paused
	rs.sweeps.Put(s)
	rs.step(lifecycle.LaunchBegan{Sweep: r.name, Priority: r.record.Priority, Most: r.record.MaxRunning, User: r.record.User})
	if r.record.Status == control.Paused {
		rs.step(lifecycle.SweepPaused{Sweep: r.name})
	}
	rs.mu.Unlock()
	err = rs.launcher.submit(ctx, first)
	rs.mu.Lock()
	defer rs.mu.Unlock()
	n := rs.machine.Counts(r.name)
	rs.log.Info("resume sweep", "sweep", r.name, "status", r.record.Status, "tasks", n.Total, "done", n.Done, "failed", n.Failed)
	return err
}

// setAside has a sweep resumed later that cannot be resumed now.
func (rs *restorer) setAside(name string, err error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.faults.RestartLater(name, err)
}

// retry resumes a sweep that was set aside, unless it was launched meanwhile.
func (rs *restorer) retry(ctx context.Context, name string) {
	rs.launcher.Lock()
	defer rs.launcher.Unlock()
	rs.mu.Lock()
	waits := rs.faults.AwaitsRestart(name)
	rs.mu.Unlock()
	if !waits {
		return
	}
	err := rs.resumeNow(ctx, name)
	rs.mu.Lock()
	defer rs.mu.Unlock()
	switch {
	case ctx.Err() != nil || rs.failure != nil:
	case err != nil:
		rs.faults.RestartLater(name, err)
	default:
		rs.faults.Restarted(name)
	}
	rs.announce()
}

// resumeNow is restore for one sweep. A sweep that was paused or cancelled meanwhile stays so.
func (rs *restorer) resumeNow(ctx context.Context, name string) error {
	if err := rs.catalog.Refresh(); err != nil {
		return err
	}
	r, err := rs.read(name)
	if r == nil || err != nil {
		return err
	}
	defer rs.window.Refill()
	return rs.resume(ctx, r)
}
