package lifecycle

import (
	"slices"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// misplacedLimit is how often a task is ordered anew whose result did not arrive.
const misplacedLimit = 2

// commit takes a committed outcome. One that is older than the current order, or
// of a settled task, says nothing new; one of a task that nobody wants may be
// wanted by the next launch.
func (m *Machine) commit(e OutcomeCommitted) []Command {
	t := m.tasks[e.ID]
	switch {
	case t == nil || e.Run > int(t.run) && t.phase.isSettled():
		return []Command{Hold{e.ID, e.Run}}
	case e.Run > int(t.run) && t.phase != Placing: // a coordinator before this one ordered it once more
		t.run = int32(e.Run)
		return m.commit(e)
	case e.Run == int(t.run) && t.phase == Placing: // delivered again while it cannot be placed
		return []Command{Hold{e.ID, e.Run}}
	case e.Run < int(t.run) || !t.phase.isOrdered():
		return []Command{Discard{e.ID, e.Run, e.Attempt}}
	case t.wants == 0:
		return []Command{Hold{e.ID, e.Run}}
	case e.Class != "":
		return append(m.fail(e.ID, t, e.Class), Acknowledge{e.ID, e.Run})
	}
	m.move(t, Placing)
	t.placedFor = t.wants
	return []Command{Place{e.ID, e.Run, m.lists.of(t.placedFor)}}
}

// retry has a result placed that could not be placed before, for all who want it now. When
// nobody does its outcome is kept for the next launch.
func (m *Machine) retry(e PlacementRetried) []Command {
	t := m.tasks[e.ID]
	switch {
	case t == nil || int(t.run) != e.Run || t.phase != Placing:
		return nil
	case t.wants != 0:
		t.placedFor = t.wants
		return []Command{Place{e.ID, e.Run, m.lists.of(t.placedFor)}}
	case m.launches > 0:
		t.phase = Running // as if its outcome was still to come
		return nil
	}
	m.forget(e.ID)
	return m.failDependents(e.ID)
}

// settle follows a placed result, or one that could not be: what the outcome
// promised was not what lay there.
func (m *Machine) settle(e ResultPlaced) []Command {
	t := m.tasks[e.ID]
	if t == nil || int(t.run) != e.Run || t.phase != Placing {
		return nil
	}
	if e.Class != "" {
		return append(m.again(e.ID, t, e.Class), Acknowledge{e.ID, e.Run})
	}
	m.move(t, Done)
	var out []Command
	for _, s := range m.lists.of(t.wants) {
		if !m.lists.has(t.placedFor, s) {
			out = append(out, Link{e.ID, s})
		}
	}
	out = append(out, Acknowledge{e.ID, e.Run})
	out = append(out, m.releaseDependents(e.ID)...)
	return append(out, m.finish(m.lists.of(t.wants))...)
}

// again orders a task anew whose result did not arrive, but not for ever.
func (m *Machine) again(id sweeps.ID, t *entry, c protocol.Class) []Command {
	if t.misplaced == misplacedLimit {
		return m.fail(id, t, c)
	}
	t.misplaced++
	return m.reorder(id, t, c)
}

// reorder gives up an order that led to nothing, of which the manifests will tell,
// and orders the task anew.
func (m *Machine) reorder(id sweeps.ID, t *entry, c protocol.Class) []Command {
	var out []Command
	m.move(t, Queued)
	names := m.lists.of(t.wants)
	for _, s := range names {
		if m.sweeps[s].status == Cancelled {
			m.drop(t, s)
			continue
		}
		out = append(out, RecordFailure{id, int(t.run), s, c, true})
	}
	if t.wants == 0 {
		m.forget(id)
		return append(m.failDependents(id), m.finish(names)...)
	}
	t.run++
	t.home = m.choose(t)
	out = append(out, Publish{id, int(t.run), m.homeName(t)})
	return append(out, m.finish(names)...)
}

// releaseDependents lets go on what waited for the task, or failed for want of it.
func (m *Machine) releaseDependents(id sweeps.ID) []Command {
	held := m.dependents[id]
	delete(m.dependents, id)
	var out []Command
	for _, d := range held {
		t := m.tasks[d]
		if t == nil {
			continue
		}
		if t.phase == Failed && t.class.name() == protocol.Source {
			m.excuse(t)
			if t.wants == 0 {
				continue
			}
			m.move(t, Waiting)
			t.run, t.class = t.run+1, 0
			for _, s := range m.lists.of(t.wants) {
				out = append(out, RetractFailure{d, s})
			}
			out = append(out, m.reopen(m.lists.of(t.wants))...)
		}
		out = append(out, m.release(d, t, earlier{})...)
	}
	return out
}

// excuse takes a settled task from the sweeps that were cancelled: they have had
// their answer.
func (m *Machine) excuse(t *entry) {
	for _, s := range m.lists.of(t.wants) {
		if m.sweeps[s].status == Cancelled {
			t.wants = m.lists.without(t.wants, s)
		}
	}
}

// fail settles a task as failed, and with it the tasks whose source it is; one that has
// a result as done.
func (m *Machine) fail(id sweeps.ID, t *entry, c protocol.Class) []Command {
	if t.hasResult {
		return m.fallBack(id, t, c)
	}
	m.move(t, Failed)
	t.class = classOf(c)
	var out []Command
	for _, s := range m.lists.of(t.wants) {
		out = append(out, RecordFailure{id, int(t.run), s, c, false})
	}
	out = append(out, m.failDependents(id)...)
	return append(out, m.finish(m.lists.of(t.wants))...)
}

// fallBack settles a task whose order failed, and which has a result of an earlier one:
// the sweeps are told of the failure, then of the result again.
func (m *Machine) fallBack(id sweeps.ID, t *entry, c protocol.Class) []Command {
	m.move(t, Done)
	var out []Command
	for _, s := range m.lists.of(t.wants) {
		out = append(out, RecordFailure{id, int(t.run), s, c, false}, Link{id, s})
	}
	out = append(out, m.releaseDependents(id)...)
	return append(out, m.finish(m.lists.of(t.wants))...)
}

func (m *Machine) failDependents(id sweeps.ID) []Command {
	var out []Command
	for _, d := range slices.Clone(m.dependents[id]) {
		if t := m.tasks[d]; t != nil && t.phase == Waiting {
			out = append(out, m.fail(d, t, protocol.Source)...)
		}
	}
	return out
}
