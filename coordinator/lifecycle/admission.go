package lifecycle

import (
	"slices"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// admit adds a sweep to those that want a task.
func (m *Machine) admit(e TaskRequested) []Command {
	t := m.tasks[e.ID]
	// What was ordered since the plan was made is not ordered once more.
	fresh := t == nil || (e.Execute && t.phase.isSettled() && e.Run >= int(t.run))
	var out []Command
	if fresh {
		t, out = m.enter(t, e)
	}
	if m.sets.has(t.sweeps, e.Sweep) {
		return nil
	}
	t.sweeps = m.sets.with(t.sweeps, e.Sweep)
	m.sweeps[e.Sweep].total++
	m.sweeps[e.Sweep].phases[t.phase]++
	switch {
	case t.phase == Done:
		return []Command{Link{e.ID, e.Sweep}}
	case t.phase == Failed && !e.IsRecorded:
		return []Command{RecordFailure{e.ID, int(t.run), e.Sweep, t.class.Class(), false}}
	case fresh, t.phase == Waiting && !m.isSourceComing(e.ID): // it was settled while no sweep wanted the task
		return append(out, m.enqueue(e.ID, t, earlier{e.QueuedSweep, e.QueuedRun})...)
	case t.phase == Queued:
		return m.reassign(e.ID, t)
	}
	return nil
}

// enter adds a task, or runs a settled one again. The sweeps for which it failed want the new
// run as well. For those that have its result, or were cancelled, it stays as it was settled.
func (m *Machine) enter(old *entry, e TaskRequested) (*entry, []Command) {
	t := &entry{run: int32(e.Run), orphan: e.Orphan, phase: Done, class: e.Class.Code()}
	var out []Command
	if old != nil {
		t.run = max(t.run, old.run)
		t.sweeps, out = m.inherit(old, e)
	}
	if e.Execute {
		t.run, t.phase, t.class, t.hasResult = t.run+1, Waiting, 0, e.HasResult
	} else if e.Class != "" {
		t.phase = Failed
	}
	m.tasks[e.ID] = t
	if e.Source != (sweeps.ID{}) {
		m.sources[e.ID] = e.Source
	}
	return t, out
}

// inherit returns the sweeps that want a new run of a task because the old one failed for them,
// and counts the task as waiting for them.
func (m *Machine) inherit(old *entry, e TaskRequested) (sweepSet, []Command) {
	var w sweepSet
	var out []Command
	for _, s := range m.sets.of(old.sweeps) {
		t := m.sweeps[s]
		switch {
		case s == e.Sweep:
			t.phases[old.phase]--
			t.total--
		case old.phase == Failed && t.status != Cancelled:
			t.phases[Failed]--
			t.phases[Waiting]++
			w = m.sets.with(w, s)
			out = append(out, RetractFailure{e.ID, s})
		}
	}
	return w, append(out, m.reopen(m.sets.of(w))...)
}

// earlier is an order that the queue has from an earlier coordinator.
type earlier struct {
	sweep string
	run   int
}

// enqueue queues a waiting task whose source is done, fails one whose source failed, and lets
// the others wait. An order from before a restart stays in the queue if it is of this run or of
// a later one.
func (m *Machine) enqueue(id sweeps.ID, t *entry, old earlier) []Command {
	if t.phase != Waiting || t.sweeps == 0 {
		return nil
	}
	from := m.sources[id]
	source := m.tasks[from]
	if source != nil && source.phase != Done {
		m.dependents[from] = append(m.dependents[from], id)
	}
	switch {
	case source == nil && t.orphan, source != nil && source.phase == Failed:
		return m.fail(id, t, protocol.Source)
	case source != nil && source.phase != Done:
		return nil
	}
	m.move(t, Queued)
	t.queue = m.choose(t)
	isOld := old.run != 0 && old.run < int(t.run)
	t.run = max(t.run, int32(old.run))
	switch old.sweep {
	case "":
		return []Command{Publish{id, int(t.run), m.queueOf(t)}}
	case m.queueOf(t):
		if !isOld {
			return nil
		}
	}
	return []Command{Unqueue{id, int(t.run), old.sweep}, Publish{id, int(t.run), m.queueOf(t)}}
}

// isSourceComing reports whether a task's source is neither done nor failed.
func (m *Machine) isSourceComing(id sweeps.ID) bool {
	source := m.tasks[m.sources[id]]
	return source != nil && !source.phase.isSettled()
}

// choose returns the sweep that a task is to be queued for: the first that is open, else the
// first that is paused.
func (m *Machine) choose(t *entry) sweepSet {
	names := m.sets.of(t.sweeps)
	for _, status := range []Status{Open, Paused} {
		i := slices.IndexFunc(names, func(s string) bool { return m.sweeps[s].status == status })
		if i >= 0 {
			return m.sets.only(names[i])
		}
	}
	return m.sets.only(names[0])
}

// queueOf returns the sweep whose queue has a task's order, or had it last; "" for none.
func (m *Machine) queueOf(t *entry) string {
	if t.queue == 0 {
		return ""
	}
	return m.sets.of(t.queue)[0]
}

// reassign queues a task for another sweep that wants it, when the one that it is queued for
// doesn't want it any more or is not open.
func (m *Machine) reassign(id sweeps.ID, t *entry) []Command {
	queue := m.queueOf(t)
	if m.sets.has(t.sweeps, queue) && m.sweeps[queue].status == Open {
		return nil
	}
	unqueue := m.unqueue(id, t)
	if t.queue = m.choose(t); m.queueOf(t) == queue {
		return nil
	}
	return append(unqueue, Publish{id, int(t.run), m.queueOf(t)})
}
