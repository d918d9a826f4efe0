package lifecycle

import (
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// misplacedLimit is how often a task is run again whose result is not where its outcome said.
const misplacedLimit = 2

// commit takes a committed outcome. One of an earlier run, or of a settled task, is superfluous.
// One of a task that no sweep wants is held, since the next launch may want it.
func (m *Machine) commit(e OutcomeCommitted) []Command {
	t := m.tasks[e.ID]
	switch {
	case t == nil || e.Run > int(t.run) && t.phase.isSettled():
		return []Command{Hold{e.ID, e.Run}}
	case e.Run > int(t.run) && t.phase != Placing: // an earlier coordinator ordered this run
		t.run = int32(e.Run)
		return m.commit(e)
	case e.Run == int(t.run) && t.phase == Placing: // delivered again while it cannot be placed
		return []Command{Hold{e.ID, e.Run}}
	case e.Run < int(t.run) || !t.phase.isOrdered():
		return []Command{Discard{e.ID, e.Run, e.Attempt}}
	case t.sweeps == 0:
		return []Command{Hold{e.ID, e.Run}}
	case e.Class != "":
		return append(m.fail(e.ID, t, e.Class), Acknowledge{e.ID, e.Run})
	}
	m.move(t, Placing)
	t.placedFor = t.sweeps
	return []Command{Place{e.ID, e.Run, m.sets.of(t.placedFor)}}
}

// retryPlacement places a result that could not be placed before, in all sweeps that want it now.
// If none does, its outcome is kept for the next launch.
func (m *Machine) retryPlacement(e PlacementRetried) []Command {
	t := m.tasks[e.ID]
	switch {
	case t == nil || int(t.run) != e.Run || t.phase != Placing:
		return nil
	case t.sweeps != 0:
		t.placedFor = t.sweeps
		return []Command{Place{e.ID, e.Run, m.sets.of(t.placedFor)}}
	case m.launches > 0:
		t.phase = Running // as if its outcome were still to come
		return nil
	}
	m.forget(e.ID)
	return m.failDependents(e.ID)
}

// settlePlaced follows a result that was placed, or that could not be since the file was not
// what its outcome promised.
func (m *Machine) settlePlaced(e ResultPlaced) []Command {
	t := m.tasks[e.ID]
	if t == nil || int(t.run) != e.Run || t.phase != Placing {
		return nil
	}
	if e.Class != "" {
		return append(m.reorderMisplaced(e.ID, t, e.Class), Acknowledge{e.ID, e.Run})
	}
	m.move(t, Done)
	var out []Command
	for _, s := range m.sets.of(t.sweeps) {
		if !m.sets.has(t.placedFor, s) {
			out = append(out, Link{e.ID, s})
		}
	}
	out = append(out, Acknowledge{e.ID, e.Run})
	out = append(out, m.enqueueDependents(e.ID)...)
	return append(out, m.finish(m.sets.of(t.sweeps))...)
}

// reorderMisplaced runs a task again whose result did not arrive, up to misplacedLimit times.
func (m *Machine) reorderMisplaced(id sweeps.ID, t *entry, c protocol.Class) []Command {
	if t.misplaced == misplacedLimit {
		return m.fail(id, t, c)
	}
	t.misplaced++
	return m.reorder(id, t, c)
}

// fail settles a task as failed, and with it the tasks whose source it is. A task that has a
// result of an earlier run is done.
func (m *Machine) fail(id sweeps.ID, t *entry, c protocol.Class) []Command {
	if t.hasResult {
		return m.keepResult(id, t, c)
	}
	m.move(t, Failed)
	t.class = c.Code()
	var out []Command
	for _, s := range m.sets.of(t.sweeps) {
		out = append(out, RecordFailure{id, int(t.run), s, c, false})
	}
	out = append(out, m.failDependents(id)...)
	return append(out, m.finish(m.sets.of(t.sweeps))...)
}

// keepResult settles a task that failed and has a result of an earlier run: the sweeps'
// manifests record the failure, then the result again.
func (m *Machine) keepResult(id sweeps.ID, t *entry, c protocol.Class) []Command {
	m.move(t, Done)
	var out []Command
	for _, s := range m.sets.of(t.sweeps) {
		out = append(out, RecordFailure{id, int(t.run), s, c, false}, Link{id, s})
	}
	out = append(out, m.enqueueDependents(id)...)
	return append(out, m.finish(m.sets.of(t.sweeps))...)
}
