package coordinator

import (
	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// pause keeps a sweep's tasks from workers. Those that another sweep wants as well
// are queued for that one.
func (m *machine) pause(sweep string) []command {
	m.sweeps[sweep].stand = control.Paused
	home := m.lists.with(0, sweep)
	return m.rehomeAll(func(t *entry) bool { return t.home == home && t.wants != home })
}

// resume offers a sweep's tasks again, and those that another one keeps back.
func (m *machine) resume(sweep string) []command {
	m.sweeps[sweep].stand = control.Open
	home := m.lists.with(0, sweep)
	return m.rehomeAll(func(t *entry) bool { return t.home != home && m.lists.has(t.wants, sweep) })
}

func (m *machine) rehomeAll(which func(*entry) bool) []command {
	var ids []sweeps.ID
	for id, t := range m.tasks {
		if t.phase == queued && t.wants != 0 && which(t) {
			ids = append(ids, id)
		}
	}
	var moved []withdrawn
	var out []command
	for _, id := range inOrder(ids) {
		t := m.tasks[id]
		if c := m.rehome(id, t); c != nil {
			was := c[0].(unqueue)
			moved = append(moved, withdrawn{id, was.run, m.lists.with(0, was.sweep)})
			out = append(out, c[1])
		}
	}
	return append(m.withdraw(moved), out...)
}

// cancel takes from a sweep what is not at work. What another sweep wants goes on
// for that one; what starts from a task that nobody makes any more has failed,
// until a launch makes it.
func (m *machine) cancel(sweep string) []command {
	m.sweeps[sweep].stand = control.Cancelled
	var moved, gone []sweeps.ID
	for id, t := range m.tasks {
		if !m.lists.has(t.wants, sweep) || (t.phase != waiting && t.phase != queued) {
			continue
		}
		m.drop(t, sweep)
		switch {
		case t.wants == 0:
			m.forget(id)
			if len(m.dependents[id]) > 0 {
				gone = append(gone, id)
			}
		case t.phase == queued && m.homeName(t) == sweep:
			moved = append(moved, id)
		}
	}
	out := []command{purge{sweep}}
	for _, id := range inOrder(moved) {
		t := m.tasks[id]
		t.home = m.choose(t)
		out = append(out, publish{id, int(t.run), m.homeName(t)})
	}
	for _, id := range inOrder(gone) {
		out = append(out, m.failDependents(id)...)
	}
	return append(out, m.finish([]string{sweep})...)
}

// drop takes an unsettled task from a cancelled sweep.
func (m *machine) drop(t *entry, sweep string) {
	tally := m.sweeps[sweep]
	tally.phases[t.phase]--
	tally.phases[dropped]++
	t.wants = m.lists.without(t.wants, sweep)
}

// giveBack follows a task that a worker handed back: it is in the queue again, for
// the sweep that it was queued for.
func (m *machine) giveBack(e returned) []command {
	return m.requeue(e.id, e.run, func(t *entry) []command { return m.rehome(e.id, t) })
}

// endAttempt queues a task again whose attempt is not heard any more, for a sweep whose tasks
// workers are offered. The order is given anew, since NATS may take the one that the attempt has
// for being at work: it compares times of day, and nobody may ask for tasks of its sweep.
func (m *machine) endAttempt(e silenced) []command {
	return m.requeue(e.id, e.run, func(t *entry) []command {
		was := m.homeName(t)
		t.home = m.choose(t)
		return []command{unqueue{e.id, e.run, was}, publish{e.id, e.run, m.homeName(t)}}
	})
}

// requeue makes a running task a queued one. What is to be done about its order, if anybody
// still wants the task, order says.
func (m *machine) requeue(id sweeps.ID, run int, order func(*entry) []command) []command {
	if !m.pass(id, run, running, queued) {
		return nil
	}
	t := m.tasks[id]
	if t.wants == 0 {
		return nil // the launch that is under way decides
	}
	names := m.lists.of(t.wants)
	m.dropCancelled(t)
	if t.wants == 0 {
		out := []command{unqueue{id, run, m.homeName(t)}}
		m.forget(id)
		out = append(out, m.failDependents(id)...)
		return append(out, m.finish(names)...)
	}
	return append(order(t), m.finish(names)...)
}

// miss follows an order that is neither queued nor has an outcome. It is given up, so
// that nothing of it can stand in the way of the next.
func (m *machine) miss(e missed) []command {
	t := m.tasks[e.id]
	if t == nil || int(t.run) != e.run || (t.phase != queued && t.phase != running) || t.wants == 0 {
		return nil
	}
	return m.reorder(e.id, t, protocol.Lost)
}

// vanish orders a task anew for the one sweep that found its result missing; the others
// have had theirs.
func (m *machine) vanish(e vanished) []command {
	t := m.tasks[e.id]
	if t == nil || t.phase != done {
		return nil
	}
	t.wants, t.stands = m.lists.with(0, e.sweep), false
	m.move(t, queued)
	t.run++
	t.home = m.choose(t)
	return append(m.reopen([]string{e.sweep}), publish{e.id, int(t.run), m.homeName(t)})
}

func (m *machine) dropCancelled(t *entry) {
	for _, s := range m.lists.of(t.wants) {
		if m.sweeps[s].stand == control.Cancelled {
			m.drop(t, s)
		}
	}
}
