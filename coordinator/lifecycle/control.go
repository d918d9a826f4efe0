package lifecycle

import (
	"eisweep/sweeps"
)

// pause withholds a sweep's tasks from workers. Those that another sweep wants as well are
// queued for that one.
func (m *Machine) pause(sweep string) []Command {
	m.sweeps[sweep].status = Paused
	queue := m.sets.only(sweep)
	return m.reassignAll(func(t *entry) bool { return t.queue == queue && t.sweeps != queue })
}

// resume offers a sweep's tasks again, including those that are queued for a paused sweep.
func (m *Machine) resume(sweep string) []Command {
	m.sweeps[sweep].status = Open
	queue := m.sets.only(sweep)
	return m.reassignAll(func(t *entry) bool { return t.queue != queue && m.sets.has(t.sweeps, sweep) })
}

// reassignAll reassigns the queued tasks that which selects.
func (m *Machine) reassignAll(which func(*entry) bool) []Command {
	var ids []sweeps.ID
	for id, t := range m.tasks {
		if t.phase == Queued && t.sweeps != 0 && which(t) {
			ids = append(ids, id)
		}
	}
	var moved []dequeued
	var out []Command
	for _, id := range inOrder(ids) {
		t := m.tasks[id]
		if c := m.reassign(id, t); c != nil {
			was := c[0].(Unqueue)
			moved = append(moved, dequeued{id, was.Run, m.sets.only(was.Sweep)})
			out = append(out, c[1])
		}
	}
	return append(m.dequeue(moved), out...)
}

// cancel removes from a sweep the tasks that are not running. Those that another sweep wants are
// queued for that one. Tasks that start from a removed task that no other sweep wants fail, until
// a launch requests it.
func (m *Machine) cancel(sweep string) []Command {
	m.sweeps[sweep].status = Cancelled
	var moved, gone []sweeps.ID
	for id, t := range m.tasks {
		if !m.sets.has(t.sweeps, sweep) || (t.phase != Waiting && t.phase != Queued) {
			continue
		}
		m.drop(t, sweep)
		switch {
		case t.sweeps == 0:
			m.forget(id)
			if len(m.dependents[id]) > 0 {
				gone = append(gone, id)
			}
		case t.phase == Queued && m.queueOf(t) == sweep:
			moved = append(moved, id)
		}
	}
	out := []Command{Purge{sweep}}
	for _, id := range inOrder(moved) {
		t := m.tasks[id]
		t.queue = m.choose(t)
		out = append(out, Publish{id, int(t.run), m.queueOf(t)})
	}
	for _, id := range inOrder(gone) {
		out = append(out, m.failDependents(id)...)
	}
	return append(out, m.finish([]string{sweep})...)
}

// drop removes an unsettled task from a cancelled sweep.
func (m *Machine) drop(t *entry, sweep string) {
	s := m.sweeps[sweep]
	s.phases[t.phase]--
	s.phases[dropped]++
	t.sweeps = m.sets.without(t.sweeps, sweep)
}

// dropCancelled removes an unsettled task from the sweeps that are cancelled.
func (m *Machine) dropCancelled(t *entry) {
	for _, s := range m.sets.of(t.sweeps) {
		if m.sweeps[s].status == Cancelled {
			m.drop(t, s)
		}
	}
}
