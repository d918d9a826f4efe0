package lifecycle

import (
	"eisweep/sweeps"
)

// LossLimit is how many attempts at a run may be lost: with the last one, the task fails.
const LossLimit = 3

// start handles a claim, also one of an order that was withdrawn after a worker had fetched it.
func (m *Machine) start(e AttemptStarted) {
	t := m.track(e.ID)
	if t == nil {
		return
	}
	switch t.phase {
	case Pending, Queued, Running, Unreadable:
		if int(t.run) == e.Run {
			m.move(t, Running)
			t.token = e.Token
		}
	}
	m.untrack(e.ID)
}

// giveBack handles an attempt that its worker gave up unfinished.
func (m *Machine) giveBack(e AttemptReturned) []Command {
	t := m.tasks[e.ID]
	if t == nil || t.phase != Running || int(t.run) != e.Run || t.token != e.Token {
		return nil
	}
	return m.requeue(e.ID, t, e.Delayed)
}

// endAttempt handles an attempt that has fallen silent. Its task is sent again behind all others of its sweep, so
// that a task which kills its workers does not keep them from the others.
func (m *Machine) endAttempt(e AttemptEnded) []Command {
	t := m.tasks[e.ID]
	if t == nil || t.phase != Running || int(t.run) != e.Run || t.token != e.Token {
		return nil
	}
	t.last = true
	if e.Lost {
		t.losses++
	}
	if t.losses >= LossLimit && t.want != 0 {
		t.token, t.charge = "", charge{}
		out := m.fail(e.ID, t, e.Class)
		m.untrack(e.ID)
		return out
	}
	return m.requeue(e.ID, t, e.Delayed)
}

// requeue makes a running task pending again, if a sweep still wants it.
func (m *Machine) requeue(id sweeps.ID, t *entry, delayed bool) []Command {
	t.token = ""
	m.refund(t)
	if t.want == 0 {
		m.enter(t, Pending) // the launch under way decides
		return nil
	}
	names := m.sets.of(t.want)
	if !m.needed(id) {
		m.dropCancelled(id, t)
	}
	if t.want == 0 {
		m.forget(id)
		return append(m.failDependents(id), m.finish(names)...)
	}
	if delayed {
		m.move(t, Pending)
		m.deferred[id] = true
	} else {
		m.makePending(id, t)
	}
	m.untrack(id)
	return m.finish(names)
}

// hold handles an order that no worker can read.
func (m *Machine) hold(e OrderUnreadable) {
	t := m.track(e.ID)
	if t == nil {
		return
	}
	if (t.phase == Pending || t.phase == Queued) && int(t.run) == e.Run {
		m.refund(t)
		m.move(t, Unreadable)
	}
	m.untrack(e.ID)
}
