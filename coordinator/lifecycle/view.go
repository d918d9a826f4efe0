package lifecycle

import (
	"iter"
	"slices"

	"eisweep/sweeps"
)

// Counts are the numbers of a sweep's tasks in all and by phase.
type Counts struct {
	Total, Waiting, Queued, Running, Placing, Done, Failed int
	Dropped                                                int // never run, as the sweep was cancelled
}

// Counts returns how many tasks a sweep has; zeros for a sweep that was not launched.
func (m *Machine) Counts(sweep string) Counts {
	t := m.sweeps[sweep]
	if t == nil {
		return Counts{}
	}
	return Counts{Total: t.total, Waiting: t.phases[Waiting], Queued: t.phases[Queued], Running: t.phases[Running], Placing: t.phases[Placing],
		Done: t.phases[Done], Failed: t.phases[Failed], Dropped: t.phases[dropped]}
}

// Status returns the status of a sweep; "" for one that was not launched.
func (m *Machine) Status(sweep string) Status {
	if t := m.sweeps[sweep]; t != nil {
		return t.status
	}
	return ""
}

// IsFinished reports whether a sweep was launched and all its tasks are settled.
func (m *Machine) IsFinished(sweep string) bool {
	t := m.sweeps[sweep]
	return t != nil && t.finished
}

// IsLaunched reports whether a launch of the sweep is complete, and none has begun since.
func (m *Machine) IsLaunched(sweep string) bool {
	t := m.sweeps[sweep]
	return t != nil && t.launched
}

// Launches is the number of launches under way.
func (m *Machine) Launches() int { return m.launches }

// Task is what the machine knows of a task.
type Task struct {
	Run       int // that is current, or that settled the task
	Phase     Phase
	Sweeps    []string // that want it, in the order of their launches; not to be changed
	QueuedFor string   // the sweep whose queue it is in, or was in last; "" for none
}

// Task returns a task; ok is false when the machine doesn't know it: it was never requested, or
// it was forgotten since no unfinished sweep needs it.
func (m *Machine) Task(id sweeps.ID) (task Task, ok bool) {
	t := m.tasks[id]
	if t == nil {
		return Task{}, false
	}
	return m.view(t), true
}

// Tasks returns all tasks in no particular order. The machine must not step meanwhile.
func (m *Machine) Tasks() iter.Seq2[sweeps.ID, Task] {
	return func(yield func(sweeps.ID, Task) bool) {
		for id, t := range m.tasks {
			if !yield(id, m.view(t)) {
				return
			}
		}
	}
}

func (m *Machine) view(t *entry) Task {
	return Task{int(t.run), t.phase, m.sets.of(t.sweeps), m.queueOf(t)}
}

// Source returns the task whose result a task starts from; the zero ID for none under this root.
func (m *Machine) Source(id sweeps.ID) sweeps.ID { return m.sources[id] }

// IsSettled reports whether the task is done or failed.
func (t *Task) IsSettled() bool { return t.Phase.isSettled() }

// IsOrdered reports whether an order for the task was published and has no outcome.
func (t *Task) IsOrdered() bool { return t.Phase.isOrdered() }

// IsIn reports whether a sweep wants the task.
func (t *Task) IsIn(sweep string) bool { return slices.Contains(t.Sweeps, sweep) }

// IsCurrent reports whether an order is still valid: it has no outcome, and no later decision
// has replaced it.
func (m *Machine) IsCurrent(c Publish) bool {
	t := m.tasks[c.ID]
	return t != nil && int(t.run) == c.Run && t.phase.isOrdered() && m.queueOf(t) == c.Sweep
}

// Ordered is the number of tasks that ought to be in the queue.
func (m *Machine) Ordered() int {
	n := 0
	for _, t := range m.tasks {
		if t.phase.isOrdered() {
			n++
		}
	}
	return n
}
