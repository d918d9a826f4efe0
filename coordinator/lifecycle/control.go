package lifecycle

import (
	"eisweep/sweeps"
)

// pause keeps a sweep's tasks from being sent. A task that another open sweep wants is sent for that sweep.
func (m *Machine) pause(name string) {
	s := m.sweeps[name]
	s.status = Paused
	m.disturbed = m.disturbed || s.counts[Queued] > 0 || m.queued > 0 && len(s.spans) > 0
}

// resume has a paused sweep's tasks sent again. The pause gives it no advantage over others.
func (m *Machine) resume(name string) {
	s := m.sweeps[name]
	m.join(s)
	s.status = Open
	m.disturbed = m.disturbed || m.queued > 0 && s.counts[Pending]+s.counts[Waiting] > 0
}

// prioritize gives a sweep another priority, as if it were launched with it.
func (m *Machine) prioritize(name string, priority int) {
	s := m.sweeps[name]
	s.priority = priority
	m.join(s)
	m.disturbed = m.disturbed || m.queued > 0
}

// limit gives a sweep another limit of tasks at a time, as if it were launched with it. What runs beyond the limit ends as it would.
func (m *Machine) limit(name string, most int) {
	s := m.sweeps[name]
	s.most = most
	m.join(s)
	m.disturbed = m.disturbed || m.queued > 0
}

// cancel takes the tasks that are not running from a sweep. Those that another sweep wants, or waits for, are executed
// all the same.
func (m *Machine) cancel(name string) []Command {
	s := m.sweeps[name]
	s.status, s.undecided = Cancelled, false
	names := []string{name}
	for at := range s.states {
		names = append(names, m.cancelAt(s, int32(at))...)
	}
	m.disturbed = true
	for i := range s.spans {
		names = append(names, m.dropUnneeded(s.spans[i].source)...)
	}
	if m.launches > 0 {
		return m.finish(names)
	}
	s.launched = true // an abandoned launch is not followed by another, and may have left tasks that nobody wants
	return append(m.finish(names), m.collect()...)
}

// cancelAt drops the task at a position of a cancelled sweep. It returns the sweeps that had been
// cancelled before, and wanted the task as long as another did.
func (m *Machine) cancelAt(s *sweep, at int32) []string {
	id := s.ids[at]
	switch is := s.states[at]; is {
	case isWaiting, isPending:
		if m.needed(id) {
			return nil
		}
		phase, _ := is.phase()
		s.counts[phase]--
		s.counts[Dropped]++
		m.leave(s, at)
	case tracked:
		t := m.tasks[id]
		if !t.withdrawable() || len(m.sets.of(t.want)) == 1 && m.needed(id) {
			return nil
		}
		m.drop(id, t, s.name)
		if t.want == 0 {
			m.forget(id)
			return nil
		}
		return m.dropUnneeded(id)
	}
	return nil
}

// withdrawable reports whether nobody has begun to execute the task.
func (t *entry) withdrawable() bool {
	return t.phase == Waiting || t.phase == Pending || t.phase == Queued || t.phase == Unreadable
}

// dropUnneeded drops a task that only cancelled sweeps want, once nothing waits for it. It returns these sweeps.
func (m *Machine) dropUnneeded(id sweeps.ID) []string {
	t := m.track(id)
	if t == nil {
		return nil
	}
	defer m.untrack(id)
	names := m.sets.of(t.want)
	if !t.withdrawable() || len(names) == 0 || m.needed(id) {
		return nil
	}
	for _, name := range names {
		if m.sweeps[name].status != Cancelled {
			return nil
		}
	}
	for _, name := range names {
		m.drop(id, t, name)
	}
	m.forget(id)
	return names
}

// dropAllUnneeded does so for all tasks of a cancelled sweep.
func (m *Machine) dropAllUnneeded(s *sweep) []string {
	var names []string
	for at, is := range s.states {
		if is == isPending || is == tracked {
			names = append(names, m.dropUnneeded(s.ids[at])...)
		}
	}
	return names
}
