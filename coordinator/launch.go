package coordinator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/sweeps"
)

// launchedSweep is what became of a sweep in this session.
type launchedSweep struct {
	name                               string
	ran, reused, linked, blocked, left int
	byClass                            map[queue.Class]int
	failures                           []control.Failure
	work                               work
	source                             string // the sweep that its networks are of; "" if it needs none
	priority                           int
	launched                           time.Time
	reruns                             map[sweeps.ID]bool // ordered again by a rerun
	extended                           bool               // by a rerun, besides what was wanted before
}

func newLaunchedSweep(s *sweeps.Sweep, priority int, at time.Time) *launchedSweep {
	l := &launchedSweep{name: s.Name(), byClass: map[queue.Class]int{}, priority: priority, launched: at, reruns: map[sweeps.ID]bool{}}
	if dependence(s) > 0 {
		l.source = s.SourceName()
	}
	return l
}

// Launch compares an order with what there is and lets what is missing be
// executed. When files of other tasks are in the way and the order doesn't allow
// them to be moved, it changes nothing and returns a *SupersedeError with the
// plan. Launching the same again does nothing.
func (k *Coordinator) Launch(ctx context.Context, o Order) (*Plan, error) {
	k.launching.Lock()
	defer k.launching.Unlock()
	k.mu.Lock()
	failure := k.failure
	k.machine.step(tidied{})
	k.mu.Unlock()
	if failure != nil {
		return nil, failure
	}
	plan, err := k.Plan(ctx, o)
	if err != nil {
		return nil, err
	}
	x := plan.index
	told := plan.Told()
	if n := told.Conflicts(); n > 0 && !o.Supersede {
		return plan, &SupersedeError{n, plan.conflicting()}
	}
	for i := range plan.Sweeps {
		if err := k.prepare(&plan.Sweeps[i], o); err != nil {
			return plan, err
		}
	}
	k.mu.Lock()
	k.index = x
	k.mu.Unlock()
	for i := range plan.Sweeps {
		if err := k.open(&plan.Sweeps[i], o); err != nil {
			return plan, err
		}
	}
	for i := range plan.Sweeps {
		if err := k.enter(ctx, &plan.Sweeps[i]); err != nil {
			return plan, err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for o := range k.held {
		k.dropSettled(o)
	}
	k.flush()
	return plan, k.failure
}

// Plan finds out what launching the order would do.
func (k *Coordinator) Plan(ctx context.Context, o Order) (*Plan, error) {
	x, err := readIndex(k.config.Root)
	if err != nil {
		return nil, err
	}
	return newPlan(ctx, k.config.Root, x, k.config.Prober, o, k.awaited)
}

// awaited says whether a task is waited for, or at work, by an earlier launch.
func (k *Coordinator) awaited(id sweeps.ID) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	t := k.machine.tasks[id]
	return t != nil && !t.settled()
}

// dropSettled lets go of an outcome that the manifests have: a coordinator was
// stopped between writing it down and telling the queue.
func (k *Coordinator) dropSettled(o order) {
	if k.index == nil {
		return
	}
	t := k.machine.tasks[o.id]
	if h := k.index.tasks[o.id]; h != nil && h.run >= o.run && (t == nil || int(t.run) > o.run) {
		k.settle(o)
	}
}

// adopt writes down a result that lay in the folder without a line: as its outcome
// tells of it, where that is still there.
func (k *Coordinator) adopt(sweep string, t *sweeps.Task, line *results.Line) {
	d, ok := k.held[order{t.ID, line.Run}]
	if !ok || d.Outcome.SHA256 != line.SHA256 {
		k.note(sweep, *line)
		return
	}
	k.note(sweep, k.resultLine(sweep, t, &d.Outcome))
	k.settle(order{t.ID, line.Run})
}

func (p *Plan) conflicting() string {
	for i := range p.Sweeps {
		if p.Sweeps[i].Conflicts > 0 {
			return p.Sweeps[i].Sweep.Name()
		}
	}
	return ""
}

// prepare makes the sweep's folder, stores its file, and copies the outside files
// that its tasks start from to where workers find them.
func (k *Coordinator) prepare(s *SweepPlan, o Order) error {
	name := s.Sweep.Name()
	if err := os.MkdirAll(k.config.Root.SweepDir(name), 0o777); err != nil {
		return fmt.Errorf("make folder of sweep %s: %w", name, err)
	}
	if !o.KeepFile {
		if err := storeSweep(k.config.Root.SweepDir(name), k.config.Root.SweepFile(name), s.Sweep.TOML()); err != nil {
			return fmt.Errorf("store file of sweep %s: %w", name, err)
		}
	}
	copied := copies{}
	for item, err := range s.Items() {
		if err != nil {
			return err
		}
		if item.Task.Source == nil && item.Task.Initial == nil {
			return nil // of a sweep, all tasks start from files or none does
		}
		for _, in := range inputs(item.Task) {
			if in.Task != (sweeps.ID{}) || copied[in.Path] != "" {
				continue
			}
			copied[in.Path] = in.SHA256
			if err := copyInput(in.Path, k.config.Root.Input(in.SHA256), in.SHA256); err != nil {
				return fmt.Errorf("copy %s: %w", in.Path, err)
			}
		}
	}
	return keepCopies(k.config.Root, copied)
}

// inputs lists the files that a task starts from.
func inputs(t *sweeps.Task) []*sweeps.Input {
	var out []*sweeps.Input
	if t.Source != nil {
		out = append(out, t.Source)
	}
	if t.Initial != nil {
		out = append(out, &t.Initial.Input)
	}
	return out
}

// storeSweep writes a launch's file; the one before is kept as .launches/N.toml.
func storeSweep(dir, path string, text []byte) error {
	old, err := os.ReadFile(path)
	switch {
	case err == nil && string(old) == string(text):
		return nil
	case err == nil:
		if err := keepLaunch(filepath.Join(dir, ".launches"), path); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return writeFile(path, text)
}

func keepLaunch(dir, path string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for n := 1; ; n++ {
		err := os.Link(path, filepath.Join(dir, fmt.Sprintf("%d.toml", n)))
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
}

// open begins the launch of a sweep, or of some more of its tasks.
func (k *Coordinator) open(p *SweepPlan, o Order) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	name := p.Sweep.Name()
	s := k.sweep(name)
	if s == nil {
		s = newLaunchedSweep(p.Sweep, o.Priority, time.Now())
		k.sweeps = append(k.sweeps, s)
	} else if o.part() {
		s.extended = true
		k.do(k.machine.step(reopened{name}))
		return k.writeStanding(name, k.standing(s))
	}
	*s = *newLaunchedSweep(p.Sweep, o.Priority, time.Now())
	k.do(k.machine.step(opened{name}))
	return k.writeStanding(name, k.standing(s))
}

// enter tells the machine of every task of a sweep.
func (k *Coordinator) enter(ctx context.Context, s *SweepPlan) error {
	name := s.Sweep.Name()
	err := k.enterItems(ctx, s)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.do(k.machine.step(launched{name}))
	for o, d := range k.held { // what was committed meanwhile
		if t := k.machine.tasks[o.id]; t != nil && int(t.run) == o.run {
			k.do(k.machine.step(outcome{o.id, o.run, d.Outcome.Attempt, d.Outcome.Class}))
		}
	}
	k.flush()
	if l := k.sweep(name); len(l.reruns) > 0 {
		err = errors.Join(err, k.writeStanding(name, k.standing(l)))
	}
	return errors.Join(err, k.failure)
}

func (k *Coordinator) enterItems(ctx context.Context, s *SweepPlan) error {
	name := s.Sweep.Name()
	for item, err := range s.Items() {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		k.mu.Lock()
		k.consider(name, &item)
		failure := k.failure
		if k.machine.sweeps[name].stand == control.Cancelled && failure == nil {
			failure = &control.Refusal{Kind: control.Input, Text: "sweep " + name + " was cancelled while it was being launched"}
		}
		k.mu.Unlock()
		if failure != nil {
			return failure
		}
	}
	return nil
}

// consider turns a plan's item into an event.
func (k *Coordinator) consider(sweep string, item *PlanItem) {
	s, t := k.sweep(sweep), item.Task
	if item.Action == Keep {
		s.reused++
		if item.adopt != nil {
			k.adopt(sweep, t, item.adopt)
		}
		k.do(k.machine.step(kept{sweep, 1}))
		return
	}
	e := wanted{sweep: sweep, id: t.ID, run: item.run, queued: k.queued[t.ID]}
	b := k.book(t.ID)
	b.names[sweep] = t
	switch item.Action {
	case Link:
		s.linked++
		k.located[t.ID] = item.from
	case Leave:
		s.left++
		b.failure, e.class, e.here = item.failure, class(&item.failure.line), item.failure.sweep == sweep
		s.failed(t, e.class, item.failure.line.Error)
	case Block:
		s.blocked++
		b.reason = item.Reason
		fallthrough
	default:
		e.execute, e.orphan = true, item.Action == Block
		s.work.add(t)
		if item.part {
			s.reruns[t.ID], e.counted = true, item.done && s.extended
		}
	}
	if t.Source != nil {
		e.source = t.Source.Task
	}
	for _, in := range inputs(t) {
		k.locateSource(in)
	}
	k.do(k.machine.step(e))
}

func (k *Coordinator) book(id sweeps.ID) *book {
	b := k.books[id]
	if b == nil {
		b = &book{names: map[string]*sweeps.Task{}}
		k.books[id] = b
	}
	return b
}

func (k *Coordinator) sweep(name string) *launchedSweep {
	for _, s := range k.sweeps {
		if s.name == name {
			return s
		}
	}
	return nil
}
