package lifecycle

import (
	"slices"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// open begins a launch of a sweep. What an earlier launch of it wanted doesn't
// count any more, but stays known until all is wanted that this one wants.
func (m *Machine) open(sweep string) []Command {
	old := m.sweeps[sweep]
	if old != nil {
		for _, t := range m.tasks {
			t.wants = m.lists.without(t.wants, sweep)
		}
	}
	m.sweeps[sweep] = &tally{status: Open}
	m.launches++
	return []Command{OpenSweep{sweep}}
}

// extend lets more be wanted for a sweep.
func (m *Machine) extend(sweep string) []Command {
	tally := m.sweeps[sweep]
	tally.launched, tally.finished, tally.status = false, false, Open
	m.launches++
	return []Command{OpenSweep{sweep}}
}

// replace lets a sweep want a task no more for which it has another now, unless its result
// is on its way. The launch takes it out of the queue.
func (m *Machine) replace(e TaskReplaced) {
	t := m.tasks[e.ID]
	if t == nil || t.phase == Placing || !m.lists.has(t.wants, e.Sweep) {
		return
	}
	m.sweeps[e.Sweep].phases[t.phase]--
	m.sweeps[e.Sweep].total--
	t.wants = m.lists.without(t.wants, e.Sweep)
}

// recount counts a sweep's tasks anew after a rerun, which orders some of them again, puts
// others in their place, and may be the first that is heard of the sweep.
func (m *Machine) recount(e RerunRemainder) {
	t := m.sweeps[e.Sweep]
	t.phases = [phases]int{Done: e.Done, dropped: e.Dropped}
	t.total = e.Done + e.Dropped
	for _, known := range m.tasks {
		if m.lists.has(known.wants, e.Sweep) {
			t.phases[known.phase]++
			t.total++
		}
	}
}

// launch ends a launch: what nobody wants any more is known no more, and what
// another sweep wants is queued for that one.
func (m *Machine) launch(sweep string) []Command {
	m.sweeps[sweep].launched = true
	var out []Command
	if m.launches--; m.launches == 0 {
		out = m.reap()
	}
	home := m.lists.with(0, sweep)
	out = append(out, m.rehomeAll(func(t *entry) bool { return t.home == home && !m.lists.has(t.wants, sweep) })...)
	return append(out, m.finish([]string{sweep})...)
}

// reap, when no launch is under way, forgets the tasks that no sweep wants. A worker that is at one finishes it
// in vain.
func (m *Machine) reap() []Command {
	var inQueue, gone []sweeps.ID
	for id, t := range m.tasks {
		if t.wants != 0 || t.phase == Placing {
			continue
		}
		if !t.phase.isSettled() && len(m.dependents[id]) > 0 {
			gone = append(gone, id)
		}
		if t.phase.isOrdered() {
			inQueue = append(inQueue, id)
		} else {
			m.forget(id)
		}
	}
	var list []withdrawn
	for _, id := range inOrder(inQueue) {
		t := m.tasks[id]
		list = append(list, withdrawn{id, int(t.run), t.home})
		m.forget(id)
	}
	out := m.withdraw(list)
	for _, id := range inOrder(gone) {
		out = append(out, m.failDependents(id)...)
	}
	return out
}

// want adds a sweep's wish for a task to those of the sweeps before it.
func (m *Machine) want(e TaskRequested) []Command {
	t := m.tasks[e.ID]
	// What was ordered since the plan looked is not ordered once more.
	fresh := t == nil || (e.Execute && t.phase.isSettled() && e.Run >= int(t.run))
	var out []Command
	if fresh {
		t, out = m.enter(t, e)
	}
	if m.lists.has(t.wants, e.Sweep) {
		return nil
	}
	t.wants = m.lists.with(t.wants, e.Sweep)
	m.sweeps[e.Sweep].total++
	m.sweeps[e.Sweep].phases[t.phase]++
	switch {
	case t.phase == Done:
		return []Command{Link{e.ID, e.Sweep}}
	case t.phase == Failed && !e.IsRecorded:
		return []Command{RecordFailure{e.ID, int(t.run), e.Sweep, t.class.name(), false}}
	case fresh:
		return append(out, m.release(e.ID, t, earlier{e.QueuedSweep, e.QueuedRun})...)
	case t.phase == Queued:
		return m.rehome(e.ID, t)
	}
	return nil
}

// enter makes a task known, or orders a settled one again. Sweeps for which it failed
// want the new order as well, and it is counted as theirs again; those that have its result, or
// were cancelled, have had their answer.
func (m *Machine) enter(old *entry, e TaskRequested) (*entry, []Command) {
	t := &entry{run: int32(e.Run), orphan: e.Orphan, phase: Done, class: classOf(e.Class)}
	var out []Command
	if old != nil {
		t.run = max(t.run, old.run)
		t.wants, out = m.inherit(old, e)
	}
	if e.Execute {
		t.run, t.phase, t.class, t.hasResult = t.run+1, Waiting, 0, e.HasResult
	} else if e.Class != "" {
		t.phase = Failed
	}
	m.tasks[e.ID] = t
	if e.Source != (sweeps.ID{}) {
		m.sources[e.ID] = e.Source
	}
	return t, out
}

// inherit returns which sweeps want a new order of a task because the old one failed for them.
// They have the task waiting.
func (m *Machine) inherit(old *entry, e TaskRequested) (wants, []Command) {
	var w wants
	var out []Command
	for _, s := range m.lists.of(old.wants) {
		t := m.sweeps[s]
		switch {
		case s == e.Sweep:
			t.phases[old.phase]--
			t.total--
		case old.phase == Failed && t.status != Cancelled:
			t.phases[Failed]--
			t.phases[Waiting]++
			w = m.lists.with(w, s)
			out = append(out, RetractFailure{e.ID, s})
		}
	}
	return w, append(out, m.reopen(m.lists.of(w))...)
}

// earlier is an order of a coordinator before this one, which the queue still has.
type earlier struct {
	sweep string
	run   int
}

// release queues a waiting task whose source is done, fails one whose source
// failed, and lets the others wait. What is queued from before a restart stays so, if it is
// this order or a later one that the coordinator before gave.
func (m *Machine) release(id sweeps.ID, t *entry, old earlier) []Command {
	if t.phase != Waiting || t.wants == 0 {
		return nil
	}
	from := m.sources[id]
	source := m.tasks[from]
	if source != nil && source.phase != Done {
		m.dependents[from] = append(m.dependents[from], id)
	}
	switch {
	case source == nil && t.orphan, source != nil && source.phase == Failed:
		return m.fail(id, t, protocol.Source)
	case source != nil && source.phase != Done:
		return nil
	}
	m.move(t, Queued)
	t.home = m.choose(t)
	isOld := old.run != 0 && old.run < int(t.run)
	t.run = max(t.run, int32(old.run))
	switch old.sweep {
	case "":
		return []Command{Publish{id, int(t.run), m.homeName(t)}}
	case m.homeName(t):
		if !isOld {
			return nil
		}
	}
	return []Command{Unqueue{id, int(t.run), old.sweep}, Publish{id, int(t.run), m.homeName(t)}}
}

// choose returns the sweep that a task is to be queued for: the first whose tasks
// workers are offered, else the first that may have them later.
func (m *Machine) choose(t *entry) wants {
	names := m.lists.of(t.wants)
	for _, status := range []Status{Open, Paused} {
		i := slices.IndexFunc(names, func(s string) bool { return m.sweeps[s].status == status })
		if i >= 0 {
			return m.lists.with(0, names[i])
		}
	}
	return m.lists.with(0, names[0])
}

// homeName is the sweep that a task is queued for; "" when it never was.
func (m *Machine) homeName(t *entry) string {
	if t.home == 0 {
		return ""
	}
	return m.lists.of(t.home)[0]
}

// rehome moves a queued task to another sweep that wants it, when the one that it
// is queued for wants it no more or workers aren't offered that one's tasks.
func (m *Machine) rehome(id sweeps.ID, t *entry) []Command {
	home := m.homeName(t)
	if m.lists.has(t.wants, home) && m.sweeps[home].status == Open {
		return nil
	}
	if t.home = m.choose(t); m.homeName(t) == home {
		return nil
	}
	return []Command{Unqueue{id, int(t.run), home}, Publish{id, int(t.run), m.homeName(t)}}
}
