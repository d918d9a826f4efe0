package coordinator

import (
	"slices"

	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sweeps"
)

// open begins a launch of a sweep. What an earlier launch of it wanted doesn't
// count any more, but stays known until all is wanted that this one wants.
func (m *machine) open(sweep string) []command {
	old := m.sweeps[sweep]
	if old != nil {
		for _, t := range m.tasks {
			t.wants = m.lists.without(t.wants, sweep)
		}
	}
	m.sweeps[sweep] = &tally{stand: control.Open}
	m.launches++
	return []command{openSweep{sweep}}
}

// extend lets more be wanted for a sweep.
func (m *machine) extend(sweep string) []command {
	tally := m.sweeps[sweep]
	tally.launched, tally.finished, tally.stand = false, false, control.Open
	m.launches++
	return []command{openSweep{sweep}}
}

// replace lets a sweep want a task no more for which it has another now, unless its result
// is on its way. The launch takes it out of the queue.
func (m *machine) replace(e replaced) {
	t := m.tasks[e.id]
	if t == nil || t.phase == placing || !m.lists.has(t.wants, e.sweep) {
		return
	}
	m.sweeps[e.sweep].phases[t.phase]--
	m.sweeps[e.sweep].total--
	t.wants = m.lists.without(t.wants, e.sweep)
}

// recount counts a sweep's tasks anew after a rerun, which orders some of them again, puts
// others in their place, and may be the first that is heard of the sweep.
func (m *machine) recount(e rested) {
	t := m.sweeps[e.sweep]
	t.phases = [phases]int{done: e.done, dropped: e.dropped}
	t.total = e.done + e.dropped
	for _, known := range m.tasks {
		if m.lists.has(known.wants, e.sweep) {
			t.phases[known.phase]++
			t.total++
		}
	}
}

// launch ends a launch: what nobody wants any more is known no more, and what
// another sweep wants is queued for that one.
func (m *machine) launch(sweep string) []command {
	m.sweeps[sweep].launched = true
	var out []command
	if m.launches--; m.launches == 0 {
		out = m.reap()
	}
	home := m.lists.with(0, sweep)
	out = append(out, m.rehomeAll(func(t *entry) bool { return t.home == home && !m.lists.has(t.wants, sweep) })...)
	return append(out, m.finish([]string{sweep})...)
}

// reap, when no launch is under way, forgets the tasks that no sweep wants. A worker that is at one finishes it
// in vain.
func (m *machine) reap() []command {
	var inQueue, gone []sweeps.ID
	for id, t := range m.tasks {
		if t.wants != 0 || t.phase == placing {
			continue
		}
		if !t.settled() && len(m.dependents[id]) > 0 {
			gone = append(gone, id)
		}
		if t.phase == queued || t.phase == running {
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
func (m *machine) want(e wanted) []command {
	t := m.tasks[e.id]
	// What was ordered since the plan looked is not ordered once more.
	fresh := t == nil || (e.execute && t.settled() && e.run >= int(t.run))
	var out []command
	if fresh {
		t, out = m.enter(t, e)
	}
	if m.lists.has(t.wants, e.sweep) {
		return nil
	}
	t.wants = m.lists.with(t.wants, e.sweep)
	m.sweeps[e.sweep].total++
	m.sweeps[e.sweep].phases[t.phase]++
	switch {
	case t.phase == done:
		return []command{link{e.id, e.sweep}}
	case t.phase == failed && !e.here:
		return []command{record{e.id, int(t.run), e.sweep, t.class.name(), false}}
	case fresh:
		return append(out, m.release(e.id, t, e.queued)...)
	case t.phase == queued:
		return m.rehome(e.id, t)
	}
	return nil
}

// enter makes a task known, or orders a settled one again. Sweeps for which it failed
// want the new order as well, and it is counted as theirs again; those that have its result, or
// were cancelled, have had their answer.
func (m *machine) enter(old *entry, e wanted) (*entry, []command) {
	t := &entry{run: int32(e.run), orphan: e.orphan, phase: done, class: classOf(e.class)}
	var out []command
	if old != nil {
		t.run = max(t.run, old.run)
		t.wants, out = m.inherit(old, e)
	}
	if e.execute {
		t.run, t.phase, t.class, t.stands = t.run+1, waiting, 0, e.stands
	} else if e.class != "" {
		t.phase = failed
	}
	m.tasks[e.id] = t
	if e.source != (sweeps.ID{}) {
		m.sources[e.id] = e.source
	}
	return t, out
}

// inherit returns which sweeps want a new order of a task because the old one failed for them.
// They have the task waiting.
func (m *machine) inherit(old *entry, e wanted) (wants, []command) {
	var w wants
	var out []command
	for _, s := range m.lists.of(old.wants) {
		t := m.sweeps[s]
		switch {
		case s == e.sweep:
			t.phases[old.phase]--
			t.total--
		case old.phase == failed && t.stand != control.Cancelled:
			t.phases[failed]--
			t.phases[waiting]++
			w = m.lists.with(w, s)
			out = append(out, revive{e.id, s})
		}
	}
	return w, append(out, m.reopen(m.lists.of(w))...)
}

// release queues a waiting task whose source is done, fails one whose source
// failed, and lets the others wait. What is queued from before a restart stays so, if it is
// this order or a later one that the coordinator before gave.
func (m *machine) release(id sweeps.ID, t *entry, before queue.QueuedOrder) []command {
	if t.phase != waiting || t.wants == 0 {
		return nil
	}
	from := m.sources[id]
	source := m.tasks[from]
	if source != nil && source.phase != done {
		m.dependents[from] = append(m.dependents[from], id)
	}
	switch {
	case source == nil && t.orphan, source != nil && source.phase == failed:
		return m.fail(id, t, protocol.Source)
	case source != nil && source.phase != done:
		return nil
	}
	m.move(t, queued)
	t.home = m.choose(t)
	isOld := before.Run != 0 && before.Run < int(t.run)
	t.run = max(t.run, int32(before.Run))
	switch before.Sweep {
	case "":
		return []command{publish{id, int(t.run), m.homeName(t)}}
	case m.homeName(t):
		if !isOld {
			return nil
		}
	}
	return []command{unqueue{id, int(t.run), before.Sweep}, publish{id, int(t.run), m.homeName(t)}}
}

// choose returns the sweep that a task is to be queued for: the first whose tasks
// workers are offered, else the first that may have them later.
func (m *machine) choose(t *entry) wants {
	names := m.lists.of(t.wants)
	for _, stand := range []control.Stand{control.Open, control.Paused} {
		i := slices.IndexFunc(names, func(s string) bool { return m.sweeps[s].stand == stand })
		if i >= 0 {
			return m.lists.with(0, names[i])
		}
	}
	return m.lists.with(0, names[0])
}

// homeName is the sweep that a task is queued for; "" when it never was.
func (m *machine) homeName(t *entry) string {
	if t.home == 0 {
		return ""
	}
	return m.lists.of(t.home)[0]
}

// rehome moves a queued task to another sweep that wants it, when the one that it
// is queued for wants it no more or workers aren't offered that one's tasks.
func (m *machine) rehome(id sweeps.ID, t *entry) []command {
	home := m.homeName(t)
	if m.lists.has(t.wants, home) && m.sweeps[home].stand == control.Open {
		return nil
	}
	if t.home = m.choose(t); m.homeName(t) == home {
		return nil
	}
	return []command{unqueue{id, int(t.run), home}, publish{id, int(t.run), m.homeName(t)}}
}
