package lifecycle

import (
	"slices"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// begin begins a launch of a sweep. The tasks of an earlier launch of it stay known, with their state, until every
// launch under way is complete.
func (m *Machine) begin(e LaunchBegan) []Command {
	m.last++
	s := &sweep{number: m.last, name: e.Sweep, status: Open, priority: e.Priority, most: e.Most, user: e.User}
	m.numbers[s.number] = s
	m.launches++
	old := m.sweeps[e.Sweep]
	if old != nil {
		s.charged = old.charged
	}
	m.join(s)
	m.sweeps[e.Sweep] = s
	if old == nil {
		m.order = append(m.order, s)
		return nil
	}
	for i := range m.order {
		if m.order[i] == old {
			m.order[i] = s
		}
	}
	m.retire(old)
	return nil
}

// retire makes a launch want nothing any more.
func (m *Machine) retire(old *sweep) {
	old.retired = true
	m.retired = append(m.retired, old)
	for at, is := range old.states {
		if is == tracked {
			t := m.tasks[old.ids[at]]
			t.want = m.sets.without(t.want, old.name)
		}
	}
}

// extend lets a sweep request more tasks.
func (m *Machine) extend(name string) []Command {
	s := m.sweeps[name]
	reopened := s.finished
	if s.status != Open || reopened {
		m.join(s)
	}
	s.launched, s.finished, s.status = false, false, Open
	m.launches++
	if reopened {
		return []Command{ReopenSweep{name}}
	}
	return nil
}

// replace lets a sweep want a task no more for which it has another now, unless its result is
// being placed. The end of the launch withdraws it.
func (m *Machine) replace(e TaskReplaced) {
	t := m.track(e.ID)
	if t == nil || t.phase == Placing || !m.sets.has(t.want, e.Sweep) {
		return
	}
	s := m.sweeps[e.Sweep]
	s.counts[t.phase]--
	s.total--
	m.unwant(e.ID, t, e.Sweep)
	m.untrack(e.ID)
}

// recount counts a sweep's tasks again after a rerun, which executes some of them again, replaces others, and may be
// the first that the machine learns of the sweep.
func (m *Machine) recount(e RerunRemainder) {
	s := m.sweeps[e.Sweep]
	s.counts = [phases]int{Done: e.Done, Dropped: e.Dropped}
	s.total = e.Done + e.Dropped
	for at, is := range s.states {
		if is == absent {
			continue
		}
		phase, _ := m.phaseOf(s.ids[at])
		s.counts[phase]++
		s.total++
	}
}

// request adds a sweep's request for a task to those of the sweeps before it.
func (m *Machine) request(e TaskRequested) []Command {
	if m.requestNew(e) {
		return nil
	}
	t := m.track(e.ID)
	// What was requested after the plan was made is not executed once more.
	fresh := t == nil || e.Execute && t.phase.Settled() && e.Run >= int(t.run)
	var out []Command
	if fresh {
		t, out = m.renew(t, e)
	}
	s := m.takePlace(e)
	if !m.sets.has(t.want, e.Sweep) {
		t.want = m.sets.with(t.want, e.Sweep)
		s.total++
		s.counts[t.phase]++
		switch {
		case t.phase == Done:
			out = append(out, Link{e.ID, e.Sweep})
		case t.phase == Failed && !e.IsRecorded:
			out = append(out, RecordFailure{e.ID, int(t.run), e.Sweep, t.class.Class(), false})
		case fresh && e.Execute && e.Losses >= LossLimit:
			out = append(out, m.fail(e.ID, t, e.LossClass)...)
		case fresh, t.phase == Waiting:
			out = append(out, m.release(e.ID, t)...)
		}
	}
	if t.phase == Unreadable && e.Execute {
		m.makePending(e.ID, t)
	}
	m.untrack(e.ID)
	return out
}

// requestNew takes in a task that is unknown and has no history: it needs no entry.
func (m *Machine) requestNew(e TaskRequested) bool {
	if !e.Execute || e.Run > 0 || e.Orphan || e.HasResult || e.Losses > 0 {
		return false
	}
	if _, known := m.phaseOf(e.ID); known {
		return false
	}
	is, phase := isPending, Pending
	if e.Source != (sweeps.ID{}) {
		source, known := m.phaseOf(e.Source)
		switch {
		case known && source == Failed:
			return false
		case known && source != Done:
			is, phase = isWaiting, Waiting
		}
	}
	s := m.sweeps[e.Sweep]
	at := m.addPlace(s, e, is)
	s.total++
	s.counts[phase]++
	if phase == Waiting {
		m.list(s, at)
	}
	return true
}

// renew makes a task known, or has a settled one executed again. Sweeps for which it failed want
// the new run as well, and it is counted as theirs again; those that have its result, or were
// cancelled, have had their answer.
func (m *Machine) renew(old *entry, e TaskRequested) (*entry, []Command) {
	t := &entry{run: int32(e.Run), orphan: e.Orphan, phase: Done, class: e.Class.Code(), losses: uint8(e.Losses)}
	var out []Command
	if old != nil {
		t.run = max(t.run, old.run)
		t.want, out = m.inherit(old, e)
	}
	if e.Execute {
		t.run, t.phase, t.class, t.hasResult = t.run+1, Waiting, 0, e.HasResult
	} else if e.Class != "" {
		t.phase = Failed
	}
	m.tasks[e.ID] = t
	return t, out
}

// inherit returns which sweeps want a new run of a task because the old one failed for them. They
// have the task waiting.
func (m *Machine) inherit(old *entry, e TaskRequested) (sweepSet, []Command) {
	var w sweepSet
	var out []Command
	for _, name := range m.sets.of(old.want) {
		s := m.sweeps[name]
		switch {
		case name == e.Sweep:
			s.counts[old.phase]--
			s.total--
		case old.phase == Failed && s.status != Cancelled:
			s.counts[Failed]--
			s.counts[Waiting]++
			w = m.sets.with(w, name)
			out = append(out, RetractFailure{e.ID, name})
		default:
			m.unwant(e.ID, old, name)
		}
	}
	return w, append(out, m.reopen(m.sets.of(w))...)
}

// release makes a waiting task pending if its source is done, fails it if its source failed, and otherwise lets it
// wait.
func (m *Machine) release(id sweeps.ID, t *entry) []Command {
	if t.phase != Waiting || t.want == 0 {
		return nil
	}
	var phase Phase
	known := false
	source, ok := m.sourceOf(id)
	if ok {
		phase, known = m.phaseOf(source)
	}
	if known && phase != Done {
		m.listAll(id)
	}
	switch {
	case !known && t.orphan, known && phase == Failed:
		return m.fail(id, t, protocol.Source)
	case known && phase != Done:
		return nil
	}
	m.makePending(id, t)
	return nil
}

// complete ends a launch. What no sweep wants any more is forgotten.
func (m *Machine) complete(e LaunchCompleted) []Command {
	s := m.sweeps[e.Sweep]
	s.launched, s.undecided = true, e.Undecided && s.status != Cancelled
	s.compact()
	var out []Command
	if m.launches--; m.launches == 0 {
		out = m.collect()
	}
	m.disturbed = m.disturbed || m.queued > 0 && s.counts[Pending]+s.counts[Waiting] > 0
	return append(out, m.finish([]string{e.Sweep})...)
}

// abandon ends a launch before all its tasks were requested. The next launch forgets the tasks that no sweep wants; a
// sweep that was cancelled meanwhile has no next launch.
func (m *Machine) abandon(name string) []Command {
	if m.sweeps[name].status == Cancelled {
		return m.complete(LaunchCompleted{Sweep: name})
	}
	m.launches--
	return nil
}

// collect forgets the tasks that no sweep wants, unless a launch is under way. A worker that runs one gets the order to stop.
func (m *Machine) collect() []Command {
	var gone []sweeps.ID
	for _, s := range m.retired {
		for at, is := range s.states {
			if is == absent {
				continue
			}
			if phase, _ := m.phaseOf(s.ids[at]); is > tracked && !phase.Settled() && len(m.waiting[s.ids[at]]) > 0 {
				gone = append(gone, s.ids[at])
			}
			m.leave(s, int32(at))
		}
		delete(m.numbers, s.number)
	}
	m.retired = nil
	for id, t := range m.tasks {
		if t.want != 0 || t.phase == Placing {
			continue
		}
		if !t.phase.Settled() && len(m.waiting[id]) > 0 {
			gone = append(gone, id)
		}
		m.forget(id)
	}
	var out []Command
	for _, id := range inOrder(gone) {
		out = append(out, m.failDependents(id)...)
	}
	for _, s := range m.order {
		if s.status == Cancelled && !s.finished {
			out = append(out, m.finish(m.dropAllUnneeded(s))...)
		}
	}
	return out
}

// forgetSweep forgets a sweep of which nothing is left to do. Tasks that other sweeps want stay known.
func (m *Machine) forgetSweep(name string) []Command {
	s := m.sweeps[name]
	if s == nil || m.launches > 0 || !s.settled() {
		return nil
	}
	m.retire(s)
	delete(m.sweeps, name)
	m.order = slices.DeleteFunc(m.order, func(each *sweep) bool { return each == s })
	return m.collect()
}

// compact forgets results that no unfinished sweep wants. Whoever wants one later finds it in the
// manifests, which a launch that is under way may have read already.
func (m *Machine) compact() {
	if m.launches > 0 {
		return
	}
	for id, t := range m.tasks {
		if t.phase == Done && m.isFinishedForAll(t) {
			m.forget(id)
		}
	}
	for _, s := range m.order {
		if s.finished {
			m.releaseFinished(s)
		}
	}
}
