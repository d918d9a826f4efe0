package lifecycle

import (
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// returnAttempt follows an attempt that a worker handed back: NATS has put its order back into
// the queue of the sweep that it was queued for.
func (m *Machine) returnAttempt(e AttemptReturned) []Command {
	return m.endRun(e.ID, e.Run, func(t *entry) []Command { return m.reassign(e.ID, t) })
}

// loseAttempt queues a task again whose attempt has become silent, for a sweep that is open. The
// order is published anew: NATS may believe that the old one is still being processed, since it
// compares times of day, and no worker may ask for tasks of its sweep.
func (m *Machine) loseAttempt(e AttemptLost) []Command {
	return m.endRun(e.ID, e.Run, func(t *entry) []Command {
		out := m.unqueue(e.ID, t)
		t.queue = m.choose(t)
		return append(out, Publish{e.ID, e.Run, m.queueOf(t)})
	})
}

// endRun makes a running task a queued one. If a sweep still wants the task, order returns what
// is to be done about its order.
func (m *Machine) endRun(id sweeps.ID, run int, order func(*entry) []Command) []Command {
	if !m.advance(id, run, Running, Queued) {
		return nil
	}
	t := m.tasks[id]
	if t.sweeps == 0 {
		return nil // the launch that is under way will decide
	}
	names := m.sets.of(t.sweeps)
	m.dropCancelled(t)
	if t.sweeps == 0 {
		out := m.unqueue(id, t)
		m.forget(id)
		out = append(out, m.failDependents(id)...)
		return append(out, m.finish(names)...)
	}
	return append(order(t), m.finish(names)...)
}

// reorderMissing replaces an order that is not in the queue and has no outcome by one of a new
// run, which nothing that is left of the old one can hinder.
func (m *Machine) reorderMissing(e OrderMissing) []Command {
	t := m.tasks[e.ID]
	if t == nil || int(t.run) != e.Run || !t.phase.isOrdered() || t.sweeps == 0 {
		return nil
	}
	return m.reorder(e.ID, t, protocol.Lost)
}

// reorderLost runs a task again for the one sweep that found its result missing, unless that was
// cancelled. The others have the result.
func (m *Machine) reorderLost(e ResultLost) []Command {
	t := m.tasks[e.ID]
	if t == nil || t.phase != Done {
		return nil
	}
	if m.sweeps[e.Sweep].status == Cancelled {
		m.drop(t, e.Sweep)
		return nil
	}
	t.sweeps, t.hasResult = m.sets.only(e.Sweep), false
	m.move(t, Queued)
	t.run++
	t.queue = m.choose(t)
	return append(m.reopen([]string{e.Sweep}), Publish{e.ID, int(t.run), m.queueOf(t)})
}

// reorder gives up a run that led to nothing, which the manifests are to record, and queues
// the task's next run.
func (m *Machine) reorder(id sweeps.ID, t *entry, c protocol.Class) []Command {
	var out []Command
	m.move(t, Queued)
	names := m.sets.of(t.sweeps)
	for _, s := range names {
		out = append(out, RecordFailure{id, int(t.run), s, c, true}) // also if cancelled: the run's number is used up
	}
	m.dropCancelled(t)
	if t.sweeps == 0 {
		m.forget(id)
		out = append(out, m.failDependents(id)...)
		return append(out, m.finish(names)...)
	}
	t.run++
	t.queue = m.choose(t)
	out = append(out, Publish{id, int(t.run), m.queueOf(t)})
	return append(out, m.finish(names)...)
}
