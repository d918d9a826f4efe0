package lifecycle

import "eisweep/sweeps"

// beginLaunch begins a launch of a sweep. The tasks of an earlier launch of it no longer count,
// but the machine keeps them until this launch has requested all of its own.
func (m *Machine) beginLaunch(sweep string) []Command {
	if m.sweeps[sweep] != nil {
		for _, t := range m.tasks {
			t.sweeps = m.sets.without(t.sweeps, sweep)
		}
	}
	m.sweeps[sweep] = &sweepState{status: Open}
	m.launches++
	return []Command{OpenSweep{sweep}}
}

// extendLaunch begins a rerun, which requests more tasks for a sweep and resumes it.
func (m *Machine) extendLaunch(sweep string) []Command {
	s := m.sweeps[sweep]
	s.launched, s.finished = false, false
	m.launches++
	return append([]Command{OpenSweep{sweep}}, m.resume(sweep)...)
}

// replaceTask removes a task from a sweep that has another one in its place now, unless its
// result is being placed. The end of the launch removes its order from the queue.
func (m *Machine) replaceTask(e TaskReplaced) {
	t := m.tasks[e.ID]
	if t == nil || t.phase == Placing || !m.sets.has(t.sweeps, e.Sweep) {
		return
	}
	m.sweeps[e.Sweep].phases[t.phase]--
	m.sweeps[e.Sweep].total--
	t.sweeps = m.sets.without(t.sweeps, e.Sweep)
}

// recount counts a sweep's tasks anew after a rerun, which runs some of them again, replaces
// others, and may be the first launch of the sweep that this machine sees.
func (m *Machine) recount(e RerunRemainder) {
	t := m.sweeps[e.Sweep]
	t.phases = [phases]int{Done: e.Done, dropped: e.Dropped}
	t.total = e.Done + e.Dropped
	for _, known := range m.tasks {
		if m.sets.has(known.sweeps, e.Sweep) {
			t.phases[known.phase]++
			t.total++
		}
	}
}

// completeLaunch ends a launch: tasks that no sweep wants any more are collected, and those that
// only other sweeps want are queued for one of them.
func (m *Machine) completeLaunch(sweep string) []Command {
	m.sweeps[sweep].launched = true
	var out []Command
	if m.launches--; m.launches == 0 {
		out = m.collect()
	}
	queue := m.sets.only(sweep)
	out = append(out, m.reassignAll(func(t *entry) bool { return t.queue == queue && !m.sets.has(t.sweeps, sweep) })...)
	return append(out, m.finish([]string{sweep})...)
}

// abandonLaunch ends a launch before it is complete. The next launch collects what no sweep wants
// any more, so that it can take it up again; for a cancelled sweep there may be none.
func (m *Machine) abandonLaunch(sweep string) []Command {
	if m.sweeps[sweep].status == Cancelled {
		return m.completeLaunch(sweep)
	}
	m.launches--
	return nil
}

// collect forgets the tasks that no sweep wants, when no launch is under way. A worker that runs
// one finishes it in vain.
func (m *Machine) collect() []Command {
	var inQueue, gone []sweeps.ID
	for id, t := range m.tasks {
		if t.sweeps != 0 || t.phase == Placing {
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
	var list []dequeued
	for _, id := range inQueue {
		t := m.tasks[id]
		if t.queue != 0 {
			list = append(list, dequeued{id, int(t.run), t.queue})
		}
		m.forget(id)
	}
	out := m.dequeue(list)
	for _, id := range inOrder(gone) {
		out = append(out, m.failDependents(id)...)
	}
	return out
}
