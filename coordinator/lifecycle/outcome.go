package lifecycle

import (
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// misplacedLimit is how often a task is executed again because its result did not arrive.
const misplacedLimit = 2

// commit handles a committed outcome, which settles its run in any phase. An outcome that is older than the current
// run, or of a settled task, is discarded; one of a task that no sweep wants may be wanted by the next launch.
func (m *Machine) commit(e OutcomeCommitted) []Command {
	t := m.track(e.ID)
	if t == nil || e.Run > int(t.run) && t.phase.Settled() {
		m.untrack(e.ID)
		return []Command{Hold{e.ID, e.Run}}
	}
	if e.Run > int(t.run) && t.phase != Placing { // a coordinator before this one gave it another run
		t.run = int32(e.Run)
	}
	isCurrent := int(t.run) == e.Run
	switch {
	case isCurrent && t.phase == Placing: // delivered again while it cannot be placed
		return []Command{Hold{e.ID, e.Run}}
	case !isCurrent, t.phase.Settled(), t.phase == Waiting:
		m.untrack(e.ID)
		return []Command{Discard{e.ID, e.Run, e.Token}}
	case t.want == 0:
		return []Command{Hold{e.ID, e.Run}}
	}
	if t.phase == Queued { // by an attempt that was ended before: its order is still there
		m.disturbed = true
	}
	m.correct(t, e.Seconds)
	t.token = ""
	if e.Class != "" {
		out := append(m.fail(e.ID, t, e.Class), Acknowledge{e.ID, e.Run})
		m.untrack(e.ID)
		return out
	}
	m.move(t, Placing)
	t.placedFor = t.want
	return []Command{Place{e.ID, e.Run, m.sets.of(t.placedFor)}}
}

// placeAgain has a result placed that could not be placed before, for all who want it now. When
// nobody does, its outcome is kept for the next launch.
func (m *Machine) placeAgain(e PlacementRetried) []Command {
	t := m.tasks[e.ID]
	switch {
	case t == nil || int(t.run) != e.Run || t.phase != Placing:
		return nil
	case t.want != 0:
		t.placedFor = t.want
		return []Command{Place{e.ID, e.Run, m.sets.of(t.placedFor)}}
	case m.launches > 0:
		m.enter(t, Running) // as if its outcome was still to come
		return nil
	}
	m.forget(e.ID)
	return m.failDependents(e.ID)
}

// settle handles a placed result, or one that could not be placed because the file was not what the outcome promised.
func (m *Machine) settle(e ResultPlaced) []Command {
	t := m.tasks[e.ID]
	if t == nil || int(t.run) != e.Run || t.phase != Placing {
		return nil
	}
	if e.Class != "" {
		out := append(m.again(e.ID, t, e.Class), Acknowledge{e.ID, e.Run})
		m.untrack(e.ID)
		return out
	}
	m.move(t, Done)
	var out []Command
	for _, name := range m.sets.of(t.want) {
		if !m.sets.has(t.placedFor, name) {
			out = append(out, Link{e.ID, name})
		}
	}
	out = append(out, Acknowledge{e.ID, e.Run})
	out = append(out, m.releaseDependents(e.ID)...)
	out = append(out, m.finish(m.sets.of(t.want))...)
	m.untrack(e.ID)
	return out
}

// again has a task executed again whose result did not arrive, up to a limit.
func (m *Machine) again(id sweeps.ID, t *entry, c protocol.Class) []Command {
	if t.misplaced == misplacedLimit {
		return m.fail(id, t, c)
	}
	t.misplaced++
	var out []Command
	m.move(t, Pending)
	names := m.sets.of(t.want)
	for _, name := range names { // the manifests must know that the run was used
		out = append(out, RecordFailure{id, int(t.run), name, c, true})
		if m.sweeps[name].status == Cancelled && !m.needed(id) {
			m.drop(id, t, name)
		}
	}
	if t.want == 0 {
		m.forget(id)
		out = append(out, m.failDependents(id)...)
		return append(out, m.finish(names)...)
	}
	t.run++
	t.losses = 0
	m.makePending(id, t)
	return append(out, m.finish(names)...)
}

// loseResult has a task executed again for the one sweep that found its result missing; the others already have theirs.
func (m *Machine) loseResult(e ResultLost) []Command {
	t := m.track(e.ID)
	if t == nil || t.phase != Done || !m.sets.has(t.want, e.Sweep) {
		m.untrack(e.ID)
		return nil
	}
	for _, name := range m.sets.of(t.want) {
		if name != e.Sweep {
			m.unwant(e.ID, t, name)
		}
	}
	if m.sweeps[e.Sweep].status == Cancelled && !m.needed(e.ID) {
		m.drop(e.ID, t, e.Sweep)
		m.forget(e.ID)
		return nil
	}
	t.hasResult = false
	t.run++
	m.makePending(e.ID, t)
	m.untrack(e.ID)
	return m.reopen([]string{e.Sweep})
}

// fail settles a task as failed, and with it the tasks that start from it; a task that has a result is settled as done.
func (m *Machine) fail(id sweeps.ID, t *entry, c protocol.Class) []Command {
	if t.hasResult {
		return m.fallBack(id, t, c)
	}
	m.move(t, Failed)
	t.class = c.Code()
	var out []Command
	for _, name := range m.sets.of(t.want) {
		out = append(out, RecordFailure{id, int(t.run), name, c, false})
	}
	out = append(out, m.failDependents(id)...)
	return append(out, m.finish(m.sets.of(t.want))...)
}

// fallBack settles a task whose run failed, and which has a result of an earlier one: the sweeps
// learn of the failure, then of the result again.
func (m *Machine) fallBack(id sweeps.ID, t *entry, c protocol.Class) []Command {
	m.move(t, Done)
	var out []Command
	for _, name := range m.sets.of(t.want) {
		out = append(out, RecordFailure{id, int(t.run), name, c, false}, Link{id, name})
	}
	out = append(out, m.releaseDependents(id)...)
	return append(out, m.finish(m.sets.of(t.want))...)
}
