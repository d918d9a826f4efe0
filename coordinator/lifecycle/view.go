package lifecycle

import (
	"iter"
	"slices"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// Counts are the numbers of a sweep's tasks in all and by phase.
type Counts struct {
	Total, Waiting, Pending, Queued, Running, Unreadable, Placing, Done, Failed int
	Dropped                                                                     int // never run, as the sweep was cancelled
}

// Counts returns how many tasks a sweep has; zeros for a sweep that was not launched.
func (m *taskTable) Counts(sweep string) Counts {
	s := m.sweeps[sweep]
	if s == nil {
		return Counts{}
	}
	return Counts{s.total, s.counts[Waiting], s.counts[Pending], s.counts[Queued], s.counts[Running], s.counts[Unreadable],
		s.counts[Placing], s.counts[Done], s.counts[Failed], s.counts[Dropped]}
}

// ToSend is how many tasks are pending, or queued and not claimed.
func (c Counts) ToSend() int { return c.Pending + c.Queued }

// Status returns the status of a sweep; "" for one that was not launched.
func (m *taskTable) Status(sweep string) Status {
	if s := m.sweeps[sweep]; s != nil {
		return s.status
	}
	return ""
}

// IsFinished reports whether a sweep was launched and all its tasks are settled.
func (m *taskTable) IsFinished(sweep string) bool {
	s := m.sweeps[sweep]
	return s != nil && s.finished
}

// IsUndecided reports whether a sweep may be extended once all its tasks are settled.
func (m *taskTable) IsUndecided(sweep string) bool {
	s := m.sweeps[sweep]
	return s != nil && s.undecided
}

// IsLaunched reports whether a launch of the sweep is complete, and none has begun since.
func (m *taskTable) IsLaunched(sweep string) bool {
	s := m.sweeps[sweep]
	return s != nil && s.launched
}

// Launches is the number of launches under way.
func (m *Machine) Launches() int { return m.launches }

// Queued is the number of orders that the queue ought to hold.
func (m *taskTable) Queued() int { return m.queued }

// QueuedTasks are the tasks that the queue ought to hold orders of, with their runs. The machine must not step meanwhile.
func (m *taskTable) QueuedTasks() iter.Seq2[sweeps.ID, int] {
	return func(yield func(sweeps.ID, int) bool) {
		for id, t := range m.tasks {
			if t.phase == Queued && !yield(id, int(t.run)) {
				return
			}
		}
	}
}

// Parked counts the tasks of a sweep that no worker had room for when it was their turn, and that need more than so many bytes.
func (m *scheduler) Parked(sweep string, bytes int64) (n int) {
	s := m.sweeps[sweep]
	if s == nil || !s.isOpen() {
		return 0
	}
	for need, list := range s.parked {
		if need > bytes {
			n += len(list)
		}
	}
	return min(n, s.counts[Pending]+s.counts[Waiting]) // some may have been settled by another sweep
}

// Disturbed reports whether the queue no longer holds what should be executed next. Its orders are then to be
// withdrawn, which the event OrdersWithdrawn reports.
func (m *scheduler) Disturbed() bool { return m.disturbed }

// ForOthers is how many tasks of a sweep are pending or queued and will be executed even without it, because another
// open sweep wants them.
func (m *taskTable) ForOthers(sweep string) (n int) {
	for _, t := range m.tasks {
		if t.phase != Pending && t.phase != Queued {
			continue
		}
		names := m.sets.of(t.want)
		isOpen := func(name string) bool { return name != sweep && m.Status(name) == Open }
		if slices.Contains(names, sweep) && slices.ContainsFunc(names, isOpen) {
			n++
		}
	}
	return n
}

// Before counts the tasks of a sweep that are pending or queued and come before one of its tasks in its order.
func (m *taskTable) Before(sweep string, id sweeps.ID) (n int) {
	s, end, ok := m.place(id, sweep)
	if !ok {
		return 0
	}
	for at := range end {
		switch s.states[at] {
		case isPending:
			n++
		case tracked:
			if t := m.tasks[s.ids[at]]; t != nil && (t.phase == Pending || t.phase == Queued) {
				n++
			}
		}
	}
	return n
}

// CountedTwice is how much larger the sum of what open sweeps have to send is than the number of different
// tasks: a task that several of them want is in the counts of all.
func (m *taskTable) CountedTwice() (n int) {
	more := map[sweepSet]int{} // by the sweeps that want a task: how many of them are open, but for one
	for _, t := range m.tasks {
		if t.phase != Pending && t.phase != Queued {
			continue
		}
		extra, ok := more[t.want]
		if !ok {
			for _, name := range m.sets.of(t.want) {
				if m.Status(name) == Open {
					extra++
				}
			}
			extra = max(0, extra-1)
			more[t.want] = extra
		}
		n += extra
	}
	return n
}

// Task is what the machine knows of a task.
type Task struct {
	Run       int // that is current, or that settled the task
	Phase     Phase
	Class     protocol.Class // of a failure
	Sweeps    []string       // that want it, in the order of their launches; not to be changed
	Token     string         // of the attempt that runs
	Losses    int            // attempts at this run that were lost or failed
	HasResult bool           // of an earlier run
}

// IsSettled reports whether the task is done or failed.
func (t *Task) IsSettled() bool { return t.Phase.Settled() }

// IsClaimed reports whether a worker has claimed the run that is current, which its order outlives until it is acknowledged.
func (t *Task) IsClaimed() bool { return t.Phase == Running || t.Phase == Placing || t.Phase.Settled() }

// IsIn reports whether a sweep wants the task.
func (t *Task) IsIn(sweep string) bool { return slices.Contains(t.Sweeps, sweep) }

// Task returns a task; ok is false when the machine doesn't know it: it was never requested, or
// it was forgotten since no unfinished sweep needs it.
func (m *taskTable) Task(id sweeps.ID) (task Task, ok bool) {
	if t := m.tasks[id]; t != nil {
		return Task{int(t.run), t.phase, t.class.Class(), m.sets.of(t.want), t.token, int(t.losses), t.hasResult}, true
	}
	m.places.each(id, func(r ref) bool {
		s := m.numbers[r.sweep()]
		if is := s.states[r.at()]; is > tracked {
			phase, class := is.phase()
			task, ok = Task{Run: 1, Phase: phase, Class: class.Class()}, true
			if !s.retired {
				task.Sweeps = []string{s.name}
			}
		}
		return !ok
	})
	return task, ok
}

// Tasks returns the tasks that are wanted, some of them more than once. The machine must not step
// meanwhile.
func (m *taskTable) Tasks() iter.Seq[sweeps.ID] {
	return func(yield func(sweeps.ID) bool) {
		for _, s := range m.order {
			for at, is := range s.states {
				if is != absent && !yield(s.ids[at]) {
					return
				}
			}
		}
	}
}

// Where returns the Where of a sweep's request for a task.
func (m *taskTable) Where(id sweeps.ID, sweep string) (int32, bool) {
	s, at, ok := m.place(id, sweep)
	if !ok {
		return 0, false
	}
	return s.where[at], true
}

// Source returns the task whose result a task starts from; the zero ID for none under this root.
func (m *taskTable) Source(id sweeps.ID) sweeps.ID {
	source, _ := m.sourceOf(id)
	return source
}

// LaunchNumber distinguishes the latest launch of a sweep from all others; 0 for a sweep that was not launched.
func (m *taskTable) LaunchNumber(sweep string) uint32 {
	if s := m.sweeps[sweep]; s != nil {
		return s.number
	}
	return 0
}

// Phases returns the tasks of a sweep's latest launch, in the order in which they were requested, and their phases. A task that is no
// longer wanted counts as dropped. The machine must not step meanwhile.
func (m *taskTable) Phases(sweep string) iter.Seq2[sweeps.ID, Phase] {
	return func(yield func(sweeps.ID, Phase) bool) {
		s := m.sweeps[sweep]
		if s == nil {
			return
		}
		for at, is := range s.states {
			phase := Dropped
			switch is {
			case absent:
			case tracked:
				if t := m.tasks[s.ids[at]]; t != nil {
					phase = t.phase
				}
			default:
				phase, _ = is.phase()
			}
			if !yield(s.ids[at], phase) {
				return
			}
		}
	}
}
