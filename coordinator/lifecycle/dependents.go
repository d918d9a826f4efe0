package lifecycle

import (
	"slices"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// enqueueDependents queues the tasks that waited for a task that is done now, or that failed
// because it had failed.
func (m *Machine) enqueueDependents(id sweeps.ID) []Command {
	held := m.dependents[id]
	delete(m.dependents, id)
	var out []Command
	for _, d := range held {
		t := m.tasks[d]
		if t == nil {
			continue
		}
		if t.phase == Failed && t.class.Class() == protocol.Source {
			m.removeCancelled(t)
			if t.sweeps == 0 {
				continue
			}
			m.move(t, Waiting)
			t.run, t.class = t.run+1, 0
			for _, s := range m.sets.of(t.sweeps) {
				out = append(out, RetractFailure{d, s})
			}
			out = append(out, m.reopen(m.sets.of(t.sweeps))...)
		}
		out = append(out, m.enqueue(d, t, earlier{})...)
	}
	return out
}

// removeCancelled removes a settled task from the sweeps that were cancelled: for them it stays
// as it was settled.
func (m *Machine) removeCancelled(t *entry) {
	for _, s := range m.sets.of(t.sweeps) {
		if m.sweeps[s].status == Cancelled {
			t.sweeps = m.sets.without(t.sweeps, s)
		}
	}
}

// failDependents settles the tasks as failed that wait for a task which failed or was dropped.
func (m *Machine) failDependents(id sweeps.ID) []Command {
	var out []Command
	for _, d := range slices.Clone(m.dependents[id]) {
		if t := m.tasks[d]; t != nil && t.phase == Waiting {
			out = append(out, m.fail(d, t, protocol.Source)...)
		}
	}
	return out
}
