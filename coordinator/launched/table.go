package launched

import (
	"iter"
	"maps"
	"slices"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Table is the sweeps that a coordinator has launched or resumed. The coordinator's lock is held during every call.
type Table struct {
	machine    *lifecycle.Machine
	isSetAside func(sweep string) bool

	list       []*Sweep // in order of launch
	byName     map[string]*Sweep
	submitting submission
}

// New makes an empty table. isSetAside reports whether a sweep is set aside because of a fault.
func New(m *lifecycle.Machine, isSetAside func(sweep string) bool) *Table {
	return &Table{machine: m, isSetAside: isSetAside, byName: map[string]*Sweep{}}
}

// All lists the sweeps in the order of their launches.
func (t *Table) All() iter.Seq[*Sweep] { return slices.Values(t.list) }

// IsEmpty reports whether no sweep was launched.
func (t *Table) IsEmpty() bool { return len(t.list) == 0 }

// Get returns a sweep, or nil if there is none of that name.
func (t *Table) Get(name string) *Sweep { return t.byName[name] }

// LaunchOf names a sweep's latest launch; "" if the sweep was not launched, or by an earlier version of this program.
func (t *Table) LaunchOf(sweep string) string {
	if s := t.byName[sweep]; s != nil {
		return s.Launch
	}
	return ""
}

// Put adds a launched sweep. It replaces the sweep that had the name before, in its place.
func (t *Table) Put(s *Sweep) {
	if was := t.byName[s.Name]; was != nil {
		*was = *s
		return
	}
	t.byName[s.Name] = s
	t.list = append(t.list, s)
}

// Remove takes a sweep out of the table.
func (t *Table) Remove(name string) {
	delete(t.byName, name)
	t.list = slices.DeleteFunc(t.list, func(s *Sweep) bool { return s.Name == name })
}

// Task makes a task again as a sweep names it. It returns nil if the sweep no longer wants a task of that id.
func (t *Table) Task(id sweeps.ID, sweep string) *sweeps.Task {
	if c := &t.submitting; c.task != nil && c.task.ID == id && c.sweep == sweep {
		return c.task
	}
	s := t.byName[sweep]
	place, ok := t.machine.Where(id, sweep)
	if s == nil || !ok {
		return nil
	}
	return s.at(place)
}

// Submit calls step while a task of a sweep counts as the one that is being submitted, with the failure that a manifest has
// of it, or nil.
func (t *Table) Submit(sweep string, task *sweeps.Task, failure *catalog.Entry, step func()) {
	t.submitting = submission{sweep, task, failure}
	step()
	t.submitting = submission{}
}

// KnownFailure is the recorded failure of the task that is being submitted; nil if there is none.
func (t *Table) KnownFailure() *catalog.Entry { return t.submitting.failure }

// Revive takes a failure out of a sweep's summary, and out of the work that is done.
func (t *Table) Revive(id sweeps.ID, sweep string) {
	s := t.byName[sweep]
	s.Retract(id)
	if task := t.Task(id, sweep); task != nil {
		s.Work.Reopen(task)
	}
}

// IsComplete reports whether all tasks of a sweep are settled and recorded.
func (t *Table) IsComplete(sweep string) bool {
	return t.machine.IsFinished(sweep) && !t.isSetAside(sweep)
}

// AllComplete reports whether all sweeps are complete.
func (t *Table) AllComplete() bool {
	return !slices.ContainsFunc(t.list, func(s *Sweep) bool { return !t.IsComplete(s.Name) })
}

// Status is the status of a sweep; "" if it was not launched.
func (t *Table) Status(sweep string) control.Status {
	if t.byName[sweep] == nil {
		return ""
	}
	if is := t.machine.Status(sweep); !t.IsComplete(sweep) || is == lifecycle.Cancelled {
		return control.Status(is)
	}
	return control.Finished
}

// Record is what is recorded of a sweep.
func (t *Table) Record(s *Sweep) *records.Sweep {
	out := &records.Sweep{Format: 1, Status: t.Status(s.Name), Priority: s.Priority, MaxRunning: s.Most, User: s.User,
		Paused: s.Paused, Launched: s.launched, File: s.File, Launch: s.Launch, Reruns: map[sweeps.ID]int{}}
	for id := range s.Reruns {
		if task, ok := t.machine.Task(id); ok && !task.IsSettled() {
			out.Reruns[id] = task.Run
		}
	}
	return out
}

// Summarize is the state of the sweeps of these names, or of all sweeps if there are none.
func (t *Table) Summarize(r *root.Root, names ...string) control.Summary {
	var out control.Summary
	for _, s := range t.list {
		if len(names) > 0 && !slices.Contains(names, s.Name) {
			continue
		}
		n := t.machine.Counts(s.Name)
		out.Sweeps = append(out.Sweeps, control.SweepSummary{
			Name: s.Name, Dir: r.SweepDir(s.Name), Status: t.Status(s.Name), Tasks: n.Total, Done: n.Done, Failed: n.Failed,
			Ran: s.Ran, Reused: s.Reused, Linked: s.Linked, ByClass: maps.Clone(s.byClass),
			FailedSince: maps.Clone(s.since), Failures: slices.Clone(s.failures),
			Suspect: s.Suspects(), Reasons: s.reasons(),
		})
	}
	return out
}

// Unsettled are the tasks that a sweep wants and that have no outcome.
func (t *Table) Unsettled(sweep string) map[sweeps.ID]bool {
	out := map[sweeps.ID]bool{}
	for id := range t.machine.Tasks() {
		if task, ok := t.machine.Task(id); ok && !task.IsSettled() && task.IsIn(sweep) {
			out[id] = true
		}
	}
	return out
}
