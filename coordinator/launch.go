package coordinator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/inputs"
	"eisweep/coordinator/lifecycle"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/sweeps"
)

// Launch compares an order with what there is and lets what is missing be
// executed. When files of other tasks are in the way and the order doesn't allow
// them to be moved, it changes nothing and returns a *SupersedeError with the
// plan. Launching the same again does nothing. A ctx of control's that ends because nobody
// waits for the answer ends the planning, not what comes after it.
func (k *Coordinator) Launch(ctx context.Context, o Order) (*Plan, error) {
	k.launching.Lock()
	defer k.launching.Unlock()
	defer k.offerNow(control.Committed(ctx))
	k.mu.Lock()
	failure := k.failure
	if len(k.faults) == 0 { // else the manifests don't tell of all results
		k.machine.Step(lifecycle.Compacted{})
	}
	k.mu.Unlock()
	if failure != nil {
		return nil, failure
	}
	plan, err := k.Plan(ctx, o)
	if err != nil {
		return nil, err
	}
	for sweep, err := range k.catalog.Faults() {
		k.config.Log.Warn("the manifest of another sweep cannot be read, and results that only it records are not reused", "sweep", sweep, "error", err, "remedy", catalog.Remedy(err))
	}
	told := plan.Told()
	if n := told.Conflicts(); n > 0 && !o.Supersede {
		return plan, &SupersedeError{n, plan.conflicting()}
	}
	if err := errors.Join(control.Unwanted(ctx), k.authorizeWrite()); err != nil {
		return plan, err
	}
	ctx = control.Committed(ctx) // what follows is done for all tasks, or has to be gone on with
	plan.follow(ctx)
	for i := range plan.Sweeps {
		if err := k.prepare(ctx, &plan.Sweeps[i], o); err != nil {
			return plan, err
		}
	}
	if err := k.openAndEnter(ctx, plan, o); err != nil {
		return plan, err
	}
	k.mu.Lock()
	for o := range k.held {
		k.dropSettled(o)
	}
	k.flush()
	k.mu.Unlock()
	return plan, k.confirmed(ctx, 0)
}

// openAndEnter lets the tasks of all sweeps be wanted. That one sweep fails, or is
// cancelled meanwhile, leaves the others as they would be without it.
func (k *Coordinator) openAndEnter(ctx context.Context, plan *Plan, o Order) error {
	errs := make([]error, len(plan.Sweeps))
	for i := range plan.Sweeps {
		errs[i] = k.open(&plan.Sweeps[i], o)
	}
	for i := range plan.Sweeps {
		if errs[i] == nil {
			errs[i] = k.enter(ctx, &plan.Sweeps[i])
		} else {
			k.abandon(plan.Sweeps[i].Name)
		}
	}
	return errors.Join(errs...)
}

// Plan finds out what launching the order would do.
func (k *Coordinator) Plan(ctx context.Context, o Order) (*Plan, error) {
	if err := k.catalog.Refresh(); err != nil {
		return nil, err
	}
	plan, err := newPlan(ctx, k.config.Root, k.catalog, k.config.Prober, o, k.awaited, k.writeOut)
	if err != nil {
		return nil, err
	}
	for i := range plan.Sweeps {
		if err := k.compare(ctx, &plan.Sweeps[i], o); err != nil {
			return nil, err
		}
	}
	return plan, nil
}

// writeOut writes the lines of results that are in place.
func (k *Coordinator) writeOut() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.flush()
}

// awaited says whether a task is waited for, or at work, by an earlier launch.
func (k *Coordinator) awaited(id sweeps.ID) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, ok := k.machine.Task(id)
	return ok && !t.IsSettled()
}

// dropSettled lets go of an outcome that the manifests have: a coordinator was
// stopped between writing it down and telling the queue.
func (k *Coordinator) dropSettled(o runKey) {
	t, ok := k.machine.Task(o.ID)
	if k.catalog.LastRun(o.ID) >= o.Run && (!ok || t.Run > o.Run) {
		k.settle(o)
	}
}

// adopt writes down a result that lay in the folder without a line: as its outcome
// tells of it, where that is still there.
func (k *Coordinator) adopt(sweep string, t *sweeps.Task, line *manifest.Line) {
	d, ok := k.held[runKey{t.ID, line.Run}]
	if !ok || d.Outcome.SHA256 != line.SHA256 {
		k.note(sweep, *line)
		return
	}
	k.note(sweep, k.resultLine(sweep, t, &d.Outcome))
	k.settle(runKey{t.ID, line.Run})
}

func (p *Plan) conflicting() string {
	for i := range p.Sweeps {
		if p.Sweeps[i].Conflicts > 0 {
			return p.Sweeps[i].Sweep.Name()
		}
	}
	return ""
}

// staleAfter is how long a file that gets its name only when it is whole may rest half written before it counts as left
// by a crash.
const staleAfter = time.Hour

// prepare makes the sweep's folder, stores its file, and copies the outside files
// that its tasks start from to where workers find them.
func (k *Coordinator) prepare(ctx context.Context, s *SweepPlan, o Order) error {
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
func (k *Coordinator) open(p *SweepPlan, o Order) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	name := p.Sweep.Name()
	s, file := k.sweep(name), k.fileOf(p.Sweep, o)
	if f := k.faults[name]; f != nil {
		f.retry.soon() // what is repaired takes effect with the launch
		k.wakeRetrying()
	}
	k.restarted(name)
	if s == nil {
		s = newLaunchedSweep(p, o.Priority, time.Now(), file)
		k.sweeps = append(k.sweeps, s)
	} else if o.part() {
		s.extend(p)
		k.do(k.machine.Step(lifecycle.LaunchExtended{Sweep: name}))
		for id := range p.Sweep.Replaced() {
			k.do(k.machine.Step(lifecycle.TaskReplaced{Sweep: name, ID: id}))
		}
		return k.writeStanding(name, k.standing(s))
	}
	*s = *newLaunchedSweep(p, o.Priority, time.Now(), file)
	k.do(k.machine.Step(lifecycle.LaunchBegan{Sweep: name}))
	return k.writeStanding(name, k.standing(s))
}
