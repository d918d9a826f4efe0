package lifecycle

import (
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// pause keeps a sweep's tasks from workers. Those that another sweep wants as well
// are queued for that one.
func (m *Machine) pause(sweep string) []Command {
	m.sweeps[sweep].status = Paused
	home := m.lists.with(0, sweep)
	return m.rehomeAll(func(t *entry) bool { return t.home == home && t.wants != home })
}

// resume offers a sweep's tasks again, and those that another one keeps back.
func (m *Machine) resume(sweep string) []Command {
	m.sweeps[sweep].status = Open
	home := m.lists.with(0, sweep)
	return m.rehomeAll(func(t *entry) bool { return t.home != home && m.lists.has(t.wants, sweep) })
}

func (m *Machine) rehomeAll(which func(*entry) bool) []Command {
	var ids []sweeps.ID
	for id, t := range m.tasks {
		if t.phase == Queued && t.wants != 0 && which(t) {
			ids = append(ids, id)
		}
	}
	var moved []withdrawn
	var out []Command
	for _, id := range inOrder(ids) {
		t := m.tasks[id]
		if c := m.rehome(id, t); c != nil {
			was := c[0].(Unqueue)
			moved = append(moved, withdrawn{id, was.Run, m.lists.with(0, was.Sweep)})
			out = append(out, c[1])
		}
	}
	return append(m.withdraw(moved), out...)
}

// cancel takes from a sweep what is not at work. What another sweep wants goes on
// for that one; what starts from a task that nobody makes any more has failed,
// until a launch makes it.
func (m *Machine) cancel(sweep string) []Command {
	m.sweeps[sweep].status = Cancelled
	var moved, gone []sweeps.ID
	for id, t := range m.tasks {
		if !m.lists.has(t.wants, sweep) || (t.phase != Waiting && t.phase != Queued) {
			continue
		}
		m.drop(t, sweep)
		switch {
		case t.wants == 0:
			m.forget(id)
			if len(m.dependents[id]) > 0 {
				gone = append(gone, id)
			}
		case t.phase == Queued && m.homeName(t) == sweep:
			moved = append(moved, id)
		}
	}
	out := []Command{Purge{sweep}}
	for _, id := range inOrder(moved) {
		t := m.tasks[id]
		t.home = m.choose(t)
		out = append(out, Publish{id, int(t.run), m.homeName(t)})
	}
	for _, id := range inOrder(gone) {
		out = append(out, m.failDependents(id)...)
	}
	return append(out, m.finish([]string{sweep})...)
}

// drop takes an unsettled task from a cancelled sweep.
func (m *Machine) drop(t *entry, sweep string) {
	tally := m.sweeps[sweep]
	tally.phases[t.phase]--
	tally.phases[dropped]++
	t.wants = m.lists.without(t.wants, sweep)
}

// giveBack follows a task that a worker handed back: it is in the queue again, for
// the sweep that it was queued for.
func (m *Machine) giveBack(e AttemptReturned) []Command {
	return m.requeue(e.ID, e.Run, func(t *entry) []Command { return m.rehome(e.ID, t) })
}

// endAttempt queues a task again whose attempt is not heard any more, for a sweep whose tasks
// workers are offered. The order is given anew, since NATS may take the one that the attempt has
// for being at work: it compares times of day, and nobody may ask for tasks of its sweep.
func (m *Machine) endAttempt(e AttemptLost) []Command {
	return m.requeue(e.ID, e.Run, func(t *entry) []Command {
		was := m.homeName(t)
		t.home = m.choose(t)
		return []Command{Unqueue{e.ID, e.Run, was}, Publish{e.ID, e.Run, m.homeName(t)}}
	})
}

// requeue makes a running task a queued one. What is to be done about its order, if anybody
// still wants the task, order says.
func (m *Machine) requeue(id sweeps.ID, run int, order func(*entry) []Command) []Command {
	if !m.pass(id, run, Running, Queued) {
		return nil
	}
	t := m.tasks[id]
	if t.wants == 0 {
		return nil // the launch that is under way decides
	}
	names := m.lists.of(t.wants)
	m.dropCancelled(t)
	if t.wants == 0 {
		out := []Command{Unqueue{id, run, m.homeName(t)}}
		m.forget(id)
		out = append(out, m.failDependents(id)...)
		return append(out, m.finish(names)...)
	}
	return append(order(t), m.finish(names)...)
}

// miss follows an order that is neither queued nor has an outcome. It is given up, so
// that nothing of it can stand in the way of the next.
func (m *Machine) miss(e OrderMissing) []Command {
	t := m.tasks[e.ID]
	if t == nil || int(t.run) != e.Run || !t.phase.isOrdered() || t.wants == 0 {
		return nil
	}
	return m.reorder(e.ID, t, protocol.Lost)
}

// vanish orders a task anew for the one sweep that found its result missing; the others
// have had theirs.
func (m *Machine) vanish(e ResultLost) []Command {
	t := m.tasks[e.ID]
	if t == nil || t.phase != Done {
		return nil
	}
	t.wants, t.hasResult = m.lists.with(0, e.Sweep), false
	m.move(t, Queued)
	t.run++
	t.home = m.choose(t)
	return append(m.reopen([]string{e.Sweep}), Publish{e.ID, int(t.run), m.homeName(t)})
}

func (m *Machine) dropCancelled(t *entry) {
	for _, s := range m.lists.of(t.wants) {
		if m.sweeps[s].status == Cancelled {
			m.drop(t, s)
		}
	}
}
