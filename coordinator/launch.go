package coordinator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/inputs"
	"eisweep/coordinator/launched"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/plan"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/sweeps"
)

// Launch compares a request with what exists and has the missing tasks executed. If files of other tasks are in
// the way and the request does not allow them to be moved, it changes nothing and returns a *SupersedeError
// with the plan. Launching the same again does nothing. If ctx is one of control's and ends because nobody
// waits for the answer, it ends the planning, not what comes after it.
func (k *Coordinator) Launch(ctx context.Context, o plan.Request) (*plan.Plan, error) {
	k.launching.Lock()
	defer k.launching.Unlock()
	defer k.window.Refill()
	k.mu.Lock()
	failure := k.failure
	if len(k.faults.list) == 0 { // otherwise the manifests do not name all results
		k.machine.Step(lifecycle.Compacted{})
	}
	k.mu.Unlock()
	if failure != nil {
		return nil, failure
	}
	planned, err := k.Plan(ctx, o)
	if err != nil {
		return nil, err
	}
	for sweep, err := range k.catalog.Faults() {
		k.config.Log.Warn("the manifest of another sweep cannot be read, and results that only it records are not reused", "sweep", sweep, "error", err, "remedy", catalog.Remedy(err))
	}
	if err := planned.Conflict(); err != nil && !o.Supersede {
		return planned, err
	}
	if err := errors.Join(control.Unwanted(ctx), k.authorizeWrite()); err != nil {
		return planned, err
	}
	ctx = control.Committed(ctx) // what follows is done for all tasks, or has to be resumed
	planned.Follow(ctx)
	for i := range planned.Sweeps {
		if err := k.prepare(ctx, &planned.Sweeps[i], o); err != nil {
			return planned, err
		}
	}
	if err := k.openAndSubmit(ctx, planned, o); err != nil {
		return planned, err
	}
	k.mu.Lock()
	for o := range k.book.All() {
		k.book.SettleRecorded(o.ID, o.Run)
	}
	k.attempts.RemoveUnwanted()
	k.flush()
	failure = k.failure
	k.mu.Unlock()
	return planned, failure
}

// openAndSubmit opens all sweeps and submits their tasks. A sweep that fails, or is cancelled meanwhile, does not affect
// the others.
func (k *Coordinator) openAndSubmit(ctx context.Context, planned *plan.Plan, o plan.Request) error {
	errs := make([]error, len(planned.Sweeps))
	for i := range planned.Sweeps {
		errs[i] = k.open(&planned.Sweeps[i], o)
	}
	for i := range planned.Sweeps {
		if errs[i] == nil {
			errs[i] = k.submit(ctx, &planned.Sweeps[i])
		} else {
			k.abandon(planned.Sweeps[i].Name)
		}
	}
	return errors.Join(errs...)
}

// Plan finds out what launching the request would do.
func (k *Coordinator) Plan(ctx context.Context, o plan.Request) (*plan.Plan, error) {
	if err := k.catalog.Refresh(); err != nil {
		return nil, err
	}
	planned, err := plan.New(ctx, k.catalog, k.config.Prober, earlier{k}, o)
	if err != nil {
		return nil, err
	}
	for i := range planned.Sweeps {
		if err := k.diffPrevious(ctx, &planned.Sweeps[i], o); err != nil {
			return nil, err
		}
	}
	return planned, nil
}

// earlier knows what earlier launches wait for and are about to write.
type earlier struct{ *Coordinator }

// IsPending reports whether a task is waited for, or running, by an earlier launch.
func (k earlier) IsPending(id sweeps.ID) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, ok := k.machine.Task(id)
	return ok && !t.IsSettled()
}

// WriteLines writes the lines of results that are in place.
func (k earlier) WriteLines() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.flush()
}

// staleAfter is how old a half-written draft may be before it counts as left by a crash.
const staleAfter = time.Hour

// prepare makes the sweep's folder, stores its file, and copies the outside files
// that its tasks start from to where workers find them.
func (k *Coordinator) prepare(ctx context.Context, s *plan.Sweep, o plan.Request) error {
	name := s.Sweep.Name()
	dir := k.config.Root.SweepDir(name)
	err := atomicfile.MkdirAll(dir, 0o755)
	if err == nil {
		err = atomicfile.RemoveStale(dir, staleAfter)
	}
	if err != nil {
		return fmt.Errorf("make folder of sweep %s: %w", name, err)
	}
	if !o.KeepFile {
		if err := k.storeLaunched(s.Sweep); err != nil {
			return err
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
			if err := inputs.Copy(ctx, k.config.Prober, in.Path, k.config.Root.Input(in.SHA256), in.SHA256); err != nil {
				return fmt.Errorf("copy %s: %w", in.Path, err)
			}
		}
	}
	return inputs.Add(k.config.Root, copied)
}

// open begins the launch of a sweep, or of some more of its tasks.
func (k *Coordinator) open(p *plan.Sweep, o plan.Request) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	name := p.Sweep.Name()
	s, file := k.sweeps.Get(name), k.fileOf(p.Sweep, o)
	if f := k.faults.list[name]; f != nil {
		f.retry.soon() // what is repaired takes effect with the launch
		k.faults.wakeUp()
	}
	k.restarted(name)
	if s != nil && o.IsPartial() {
		s.Extend(p.Sweep, p.Expansion)
		k.step(lifecycle.LaunchExtended{Sweep: name})
		for id := range p.Sweep.Replaced() {
			k.step(lifecycle.TaskReplaced{Sweep: name, ID: id})
		}
		return k.writeStanding(name, k.sweeps.Record(s))
	}
	s = launched.NewSweep(p.Sweep, p.Expansion, o.Priority, time.Now(), file)
	k.sweeps.Put(s)
	k.step(lifecycle.LaunchBegan{Sweep: name, Priority: o.Priority})
	return k.writeStanding(name, k.sweeps.Record(s))
}
