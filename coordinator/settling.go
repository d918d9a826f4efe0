package coordinator

import (
	"slices"

	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sweeps"
)

// strayLimit is how often a task is ordered anew whose result did not arrive.
const strayLimit = 2

// commit takes a committed outcome. One that is older than the current order, or
// of a settled task, says nothing new; one of a task that nobody wants may be
// wanted by the next launch.
func (m *machine) commit(e outcome) []command {
	t := m.tasks[e.id]
	switch {
	case t == nil || e.run > int(t.run) && t.settled():
		return []command{hold{e.id, e.run}}
	case e.run > int(t.run) && t.phase != placing: // a coordinator before this one ordered it once more
		t.run = int32(e.run)
		return m.commit(e)
	case e.run == int(t.run) && t.phase == placing: // delivered again while it cannot be placed
		return []command{hold{e.id, e.run}}
	case e.run < int(t.run) || (t.phase != queued && t.phase != running):
		return []command{discard{e.id, e.run, e.attempt}}
	case t.wants == 0:
		return []command{hold{e.id, e.run}}
	case e.class != "":
		return append(m.fail(e.id, t, e.class), acknowledge{e.id, e.run})
	}
	m.move(t, placing)
	t.placedFor = t.wants
	return []command{place{e.id, e.run, m.lists.of(t.placedFor)}}
}

// retry has a result placed that could not be placed before, for all who want it now. When
// nobody does its outcome is kept for the next launch.
func (m *machine) retry(e retried) []command {
	t := m.tasks[e.id]
	switch {
	case t == nil || int(t.run) != e.run || t.phase != placing:
		return nil
	case t.wants != 0:
		t.placedFor = t.wants
		return []command{place{e.id, e.run, m.lists.of(t.placedFor)}}
	case m.launches > 0:
		t.phase = running // as if its outcome was still to come
		return nil
	}
	m.forget(e.id)
	return m.failDependents(e.id)
}

// settle follows a placed result, or one that could not be: what the outcome
// promised was not what lay there.
func (m *machine) settle(e placed) []command {
	t := m.tasks[e.id]
	if t == nil || int(t.run) != e.run || t.phase != placing {
		return nil
	}
	if e.class != "" {
		return append(m.again(e.id, t, e.class), acknowledge{e.id, e.run})
	}
	m.move(t, done)
	var out []command
	for _, s := range m.lists.of(t.wants) {
		if !m.lists.has(t.placedFor, s) {
			out = append(out, link{e.id, s})
		}
	}
	out = append(out, acknowledge{e.id, e.run})
	out = append(out, m.releaseDependents(e.id)...)
	return append(out, m.finish(m.lists.of(t.wants))...)
}

// again orders a task anew whose result did not arrive, but not for ever.
func (m *machine) again(id sweeps.ID, t *entry, c protocol.Class) []command {
	if t.strayed == strayLimit {
		return m.fail(id, t, c)
	}
	t.strayed++
	return m.reorder(id, t, c)
}

// reorder gives up an order that led to nothing, of which the manifests will tell,
// and orders the task anew.
func (m *machine) reorder(id sweeps.ID, t *entry, c protocol.Class) []command {
	var out []command
	m.move(t, queued)
	names := m.lists.of(t.wants)
	for _, s := range names {
		if m.sweeps[s].stand == control.Cancelled {
			m.drop(t, s)
			continue
		}
		out = append(out, record{id, int(t.run), s, c, true})
	}
	if t.wants == 0 {
		m.forget(id)
		return append(m.failDependents(id), m.finish(names)...)
	}
	t.run++
	t.home = m.choose(t)
	out = append(out, publish{id, int(t.run), m.homeName(t)})
	return append(out, m.finish(names)...)
}

// releaseDependents lets go on what waited for the task, or failed for want of it.
func (m *machine) releaseDependents(id sweeps.ID) []command {
	held := m.dependents[id]
	delete(m.dependents, id)
	var out []command
	for _, d := range held {
		t := m.tasks[d]
		if t == nil {
			continue
		}
		if t.phase == failed && t.class.name() == protocol.Source {
			m.excuse(t)
			if t.wants == 0 {
				continue
			}
			m.move(t, waiting)
			t.run, t.class = t.run+1, 0
			for _, s := range m.lists.of(t.wants) {
				out = append(out, revive{d, s})
			}
			out = append(out, m.reopen(m.lists.of(t.wants))...)
		}
		out = append(out, m.release(d, t, queue.QueuedOrder{})...)
	}
	return out
}

// excuse takes a settled task from the sweeps that were cancelled: they have had
// their answer.
func (m *machine) excuse(t *entry) {
	for _, s := range m.lists.of(t.wants) {
		if m.sweeps[s].stand == control.Cancelled {
			t.wants = m.lists.without(t.wants, s)
		}
	}
}

// fail settles a task as failed, and with it the tasks whose source it is; one that has
// a result as done.
func (m *machine) fail(id sweeps.ID, t *entry, c protocol.Class) []command {
	if t.stands {
		return m.fallBack(id, t, c)
	}
	m.move(t, failed)
	t.class = classOf(c)
	var out []command
	for _, s := range m.lists.of(t.wants) {
		out = append(out, record{id, int(t.run), s, c, false})
	}
	out = append(out, m.failDependents(id)...)
	return append(out, m.finish(m.lists.of(t.wants))...)
}

// fallBack settles a task whose order failed, and which has a result of an earlier one:
// the sweeps are told of the failure, then of the result again.
func (m *machine) fallBack(id sweeps.ID, t *entry, c protocol.Class) []command {
	m.move(t, done)
	var out []command
	for _, s := range m.lists.of(t.wants) {
		out = append(out, record{id, int(t.run), s, c, false}, link{id, s})
	}
	out = append(out, m.releaseDependents(id)...)
	return append(out, m.finish(m.lists.of(t.wants))...)
}

func (m *machine) failDependents(id sweeps.ID) []command {
	var out []command
	for _, d := range slices.Clone(m.dependents[id]) {
		if t := m.tasks[d]; t != nil && t.phase == waiting {
			out = append(out, m.fail(d, t, protocol.Source)...)
		}
	}
	return out
}
