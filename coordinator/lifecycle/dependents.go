package lifecycle

import (
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// dependencies knows which tasks wait for which.
type dependencies struct {
	*taskTable
	waiting map[sweeps.ID][]dependent // by source; some may be retired
}

// list adds a waiting task's span to the dependents of its source.
func (m *dependencies) list(s *sweep, at int32) {
	i := s.spanOf(at)
	if i < 0 || s.spans[i].listed {
		return
	}
	s.spans[i].listed = true
	source := s.spans[i].source
	m.waiting[source] = append(m.waiting[source], dependent{s.number, int32(i)})
}

// listAll does so at all places of a task.
func (m *dependencies) listAll(id sweeps.ID) {
	m.places.each(id, func(r ref) bool {
		if s := m.numbers[r.sweep()]; !s.retired {
			m.list(s, r.at())
		}
		return true
	})
}

// spanOf returns a dependent's sweep and positions; from is to when they are no longer known.
func (m *dependencies) spanOf(d dependent) (s *sweep, from, to int32) {
	s = m.numbers[d.sweep]
	if s == nil || s.retired || int(d.span) >= len(s.spans) {
		return nil, 0, 0
	}
	return s, s.spans[d.span].from, s.spans[d.span].to
}

// waits reports whether the task at a position waits for its source.
func (m *dependencies) waits(s *sweep, at int32) bool {
	if s.states[at] == tracked {
		return m.tasks[s.ids[at]].phase == Waiting
	}
	return s.states[at] == isWaiting
}

// firstWaiting returns the first position of a dependent that waits.
func (m *dependencies) firstWaiting(d dependent) (s *sweep, at int32, ok bool) {
	s, from, to := m.spanOf(d)
	for at := from; at < to; at++ {
		if m.waits(s, at) {
			return s, at, true
		}
	}
	return nil, 0, false
}

// needed reports whether tasks of a sweep that was not cancelled wait for this one.
func (m *dependencies) needed(id sweeps.ID) bool {
	if len(m.waiting) == 0 {
		return false
	}
	for _, d := range m.waiting[id] {
		if s, _, ok := m.firstWaiting(d); ok && s.status != Cancelled {
			return true
		}
	}
	return false
}

// releaseDependents releases the tasks that waited for this one, or failed because it did not succeed.
func (m *Machine) releaseDependents(id sweeps.ID) []Command {
	list := m.waiting[id]
	delete(m.waiting, id)
	var out []Command
	for _, d := range list {
		s, from, to := m.spanOf(d)
		for at := from; at < to; at++ {
			out = append(out, m.releaseAt(s, at)...)
		}
		if s != nil {
			s.spans[d.span].listed = false
		}
	}
	return out
}

func (m *Machine) releaseAt(s *sweep, at int32) []Command {
	id := s.ids[at]
	switch is := s.states[at]; {
	case is == isWaiting:
		s.states[at] = isPending
		s.counts[Waiting]--
		s.counts[Pending]++
		m.schedule(s, at, false)
		return nil
	case is == tracked, is == stateOf(Failed, protocol.Source.Code()):
		t := m.track(id)
		out := m.revive(id, t)
		out = append(out, m.release(id, t)...)
		m.untrack(id)
		return out
	}
	return nil
}

// revive has a task executed that failed because its source did. Sweeps that were cancelled keep
// the failure.
func (m *Machine) revive(id sweeps.ID, t *entry) []Command {
	if t.phase != Failed || t.class.Class() != protocol.Source {
		return nil
	}
	for _, name := range m.sets.of(t.want) {
		if m.sweeps[name].status == Cancelled {
			m.unwant(id, t, name)
		}
	}
	if t.want == 0 {
		return nil
	}
	m.move(t, Waiting)
	t.run, t.class = t.run+1, 0
	var out []Command
	for _, name := range m.sets.of(t.want) {
		out = append(out, RetractFailure{id, name})
	}
	return append(out, m.reopen(m.sets.of(t.want))...)
}

// failDependents fails the tasks that wait for this one. They stay known as its dependents.
func (m *Machine) failDependents(id sweeps.ID) []Command {
	var out []Command
	for _, d := range m.waiting[id] {
		s, from, to := m.spanOf(d)
		for at := from; at < to; at++ {
			if m.waits(s, at) {
				t := m.track(s.ids[at])
				out = append(out, m.fail(s.ids[at], t, protocol.Source)...)
				m.untrack(s.ids[at])
			}
		}
	}
	return out
}
