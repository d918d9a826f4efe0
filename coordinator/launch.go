package coordinator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"eisweep/coordinator/attempts"
	"eisweep/coordinator/catalog"
	"eisweep/coordinator/faults"
	"eisweep/coordinator/hooks"
	"eisweep/coordinator/inputs"
	"eisweep/coordinator/launched"
	"eisweep/coordinator/ledger"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/outcomes"
	"eisweep/coordinator/plan"
	"eisweep/coordinator/records"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/events"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// launcher plans and carries out launches. It owns no state but the lock that lets one launch run at a time.
type launcher struct {
	*core
	sync.Mutex // one launch at a time; it is taken before the core's lock
	config     Config
	catalog    *catalog.Catalog
	sweeps     *launched.Table
	book       *outcomes.Book
	ledger     *ledger.Ledger
	attempts   *attempts.Tracker
	faults     *faults.List
	recorder   *recorder
	grower     *grower
	hooks      *hooks.Keeper
	flush      func()
	refill     func()
}

// launch is Coordinator.Launch.
func (l *launcher) launch(ctx context.Context, o plan.Request) (*plan.Plan, error) {
	l.Lock()
	defer l.Unlock()
	if err := l.hooks.Check(o.Hooks); err != nil {
		return nil, err
	}
	defer l.refill()
	l.mu.Lock()
	l.flush() // what the machine forgets next has to be in the manifests
	failure := l.failure
	if l.faults.IsEmpty() { // otherwise the manifests do not name all results
		l.machine.Step(lifecycle.Compacted{})
	}
	l.mu.Unlock()
	if failure != nil {
		return nil, failure
	}
	planned, err := l.plan(ctx, o)
	if err != nil {
		return nil, err
	}
	for sweep, err := range l.catalog.Faults() {
		l.log.Warn("the manifest of another sweep cannot be read, and results that only it records are not reused",
			"sweep", sweep, "error", err, "remedy", catalog.Remedy(err))
	}
	if err := planned.Conflict(); err != nil && !o.Supersede {
		return planned, err
	}
	if err := planned.Drops(); err != nil && !o.Drop {
		return planned, err
	}
	if err := errors.Join(control.Unwanted(ctx), l.authorizeWrite()); err != nil {
		return planned, err
	}
	name := launchName()
	ctx = control.Committed(ctx) // what follows is done for all tasks, or has to be resumed
	planned.Follow(ctx)
	for i := range planned.Sweeps {
		if err := l.prepare(ctx, &planned.Sweeps[i], o); err != nil {
			return planned, err
		}
	}
	if err := l.arm(planned, o); err != nil {
		return planned, err
	}
	if err := l.openAndSubmit(ctx, planned, o, name); err != nil {
		return planned, err
	}
	l.mu.Lock()
	for o := range l.book.All() {
		l.book.SettleRecorded(o.ID, o.Run)
	}
	l.attempts.RemoveUnwanted()
	l.flush()
	failure = l.failure
	l.mu.Unlock()
	return planned, failure
}

// arm keeps the hooks of the launch.
func (l *launcher) arm(planned *plan.Plan, o plan.Request) error {
	if o.IsPartial() {
		return nil // those of the launch remain
	}
	for i := range planned.Sweeps {
		if s := &planned.Sweeps[i]; !s.IsPartial() {
			if err := l.hooks.Arm(s.Name, o.Hooks, s.Settled); err != nil {
				return err
			}
		}
	}
	return nil
}

// openAndSubmit opens all sweeps and submits their tasks. A sweep that fails, or is cancelled meanwhile, does not affect
// the others.
func (l *launcher) openAndSubmit(ctx context.Context, planned *plan.Plan, o plan.Request, launch string) error {
	errs := make([]error, len(planned.Sweeps))
	for i := range planned.Sweeps {
		errs[i] = l.open(ctx, &planned.Sweeps[i], o, launch)
	}
	for i := range planned.Sweeps {
		if errs[i] == nil {
			errs[i] = l.submit(ctx, &planned.Sweeps[i])
		} else {
			l.abandon(planned.Sweeps[i].Name)
		}
	}
	return errors.Join(errs...)
}

// plan is Coordinator.Plan.
func (l *launcher) plan(ctx context.Context, o plan.Request) (*plan.Plan, error) {
	if err := l.catalog.Refresh(); err != nil {
		return nil, err
	}
	planned, err := plan.New(ctx, l.catalog, l.config.Prober, earlier{l}, o)
	if err != nil {
		return nil, err
	}
	for i := range planned.Sweeps {
		if err := l.diffPrevious(ctx, &planned.Sweeps[i], o); err != nil {
			return nil, err
		}
	}
	return planned, nil
}

// earlier knows what earlier launches wait for and are about to write.
type earlier struct{ *launcher }

// IsPending reports whether a task is waited for, or running, by an earlier launch.
func (l earlier) IsPending(id sweeps.ID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.machine.Task(id)
	return ok && !t.IsSettled()
}

// WriteLines writes the lines of results that are in place.
func (l earlier) WriteLines() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush()
}

// staleAfter is how old a half-written draft may be before it counts as left by a crash.
const staleAfter = time.Hour

// prepare makes the sweep's directory, stores its file, and copies the outside files
// that its tasks start from to where workers find them.
func (l *launcher) prepare(ctx context.Context, s *plan.Sweep, o plan.Request) error {
	name := s.Sweep.Name()
	dir := l.config.Root.SweepDir(name)
	err := atomicfile.MkdirAll(dir, 0o755)
	if err == nil {
		err = atomicfile.RemoveStale(dir, staleAfter)
	}
	if err != nil {
		return fmt.Errorf("make directory of sweep %s: %w", name, err)
	}
	if !o.KeepFile {
		if err := l.recorder.storeFile(s.Sweep); err != nil {
			return err
		}
		if launched.NeedsSweep(s.Sweep) {
			if err := records.StoreTasks(l.config.Root, name, s.Expansion); err != nil {
				return err
			}
		}
	}
	copied := inputs.Copies{}
	for item, err := range s.Items() {
		if err != nil {
			return err
		}
		if item.Task.Source == nil && item.Task.Initial == nil {
			return nil // of a sweep, all tasks start from files or none does
		}
		for _, in := range inputs.Of(item.Task) {
			if in.Task != (sweeps.ID{}) || copied[in.Path] != "" {
				continue
			}
			copied[in.Path] = in.SHA256
			if err := inputs.Copy(ctx, l.config.Prober, in.Path, l.config.Root.Input(in.SHA256), in.SHA256); err != nil {
				return fmt.Errorf("copy %s: %w", in.Path, err)
			}
		}
	}
	return inputs.Add(l.config.Root, copied)
}

// launchName makes a name for a launch.
func launchName() string { return protocol.NewToken()[:8] }

// open begins the launch of a sweep, or of some more of its tasks.
func (l *launcher) open(ctx context.Context, p *plan.Sweep, o plan.Request, launch string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	name := p.Sweep.Name()
	s, file := l.sweeps.Get(name), l.recorder.file(p.Sweep, o)
	l.faults.RetrySoon(name)
	l.faults.Restarted(name)
	l.grower.forget(name)
	if s != nil && o.IsPartial() {
		s.Extend(p.Sweep, p.Expansion)
		s.Launch = launch
		l.step(lifecycle.LaunchExtended{Sweep: name})
		for id := range p.Sweep.Replaced() {
			l.step(lifecycle.TaskReplaced{Sweep: name, ID: id})
		}
		l.recordLaunch(ctx, p, s, 0)
		return l.recorder.write(name, l.sweeps.Record(s))
	}
	if o.IsPartial() {
		l.keepTerms(name, &o)
	}
	before := o.Priority
	if s != nil {
		before = s.Priority
	}
	s = launched.NewSweep(p.Sweep, p.Expansion, o.Priority, time.Now(), file)
	s.Launch, s.Most, s.User = launch, o.MaxRunning, cmp.Or(o.User, control.RequesterOf(ctx).User)
	l.sweeps.Put(s)
	l.step(lifecycle.LaunchBegan{Sweep: name, Priority: o.Priority, Most: o.MaxRunning, User: s.User})
	l.recordLaunch(ctx, p, s, before)
	return l.recorder.write(name, l.sweeps.Record(s))
}

// keepTerms gives a rerun of a sweep that is not in memory the limit, the user and the priority of its launch.
func (l *launcher) keepTerms(name string, o *plan.Request) {
	if record, err := records.Read(l.config.Root, name); err == nil {
		o.MaxRunning, o.Priority = cmp.Or(o.MaxRunning, record.MaxRunning), cmp.Or(o.Priority, record.Priority)
		o.User = cmp.Or(o.User, record.User)
	}
}

// recordLaunch records the launch of a sweep that had a priority before, or its extension.
func (l *launcher) recordLaunch(ctx context.Context, p *plan.Sweep, s *launched.Sweep, before int) {
	e := requested(ctx, events.SweepLaunched, s.Name)
	e.Tasks = p.Tasks
	if p.IsPartial() {
		e.Kind, e.Why, e.Tasks = events.SweepExtended, "a rerun", p.New+p.Waiting
	}
	if s.Priority != 0 {
		e.Priority = &s.Priority
	}
	l.record(e)
	if s.Priority != before && !p.IsPartial() {
		e.Kind, e.Tasks, e.Priority = events.SweepPriorityChanged, 0, &s.Priority
		l.record(e)
	}
}
