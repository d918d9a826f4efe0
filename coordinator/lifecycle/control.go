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
	var elsewhere []dequeued
	queue := m.sets.only(sweep)
	for id, t := range m.tasks {
		if t.phase != Waiting && t.phase != Queued {
			continue
		}
		if m.sets.has(t.sweeps, sweep) {
			m.drop(t, sweep)
			if t.sweeps == 0 {
				if t.phase == Queued && t.queue != queue && t.queue != 0 {
					elsewhere = append(elsewhere, dequeued{id, int(t.run), t.queue})
				}
				gone = append(gone, id)
				m.forget(id)
				continue
			}
		}
		if t.phase == Queued && t.sweeps != 0 && t.queue == queue {
			moved = append(moved, id)
		}
	}
	out := append([]Command{m.purge(queue)}, m.dequeue(elsewhere)...)
	for _, id := range inOrder(moved) {
		t := m.tasks[id]
		t.queue = m.choose(t)
		out = append(out, Publish{id, int(t.run), m.queueOf(t)})
	}
	for _, id := range inOrder(gone) {
		out = append(out, m.failDependents(id)...)
	}
	if m.launches == 0 { // its launch may have been abandoned
		m.sweeps[sweep].launched = true
		out = append(out, m.collect()...)
	}
	return append(out, m.finish([]string{sweep})...)
}

// drop removes a task from a cancelled sweep that has no result of it.
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
