package lifecycle

import (
	"eisweep/sweeps"
)

// makePending has a task sent in its turn.
func (m *scheduler) makePending(id sweeps.ID, t *entry) {
	m.move(t, Pending)
	m.scheduleAll(id, t.last)
}

// refund takes back what a sweep was charged for a task that it did not get.
func (m *scheduler) refund(t *entry) {
	if s := m.sweeps[t.charge.sweep]; s != nil {
		m.charge(s, -t.charge.seconds)
	}
	t.charge = charge{}
}

// withdraw makes all queued tasks pending again, each in its place.
func (m *scheduler) withdraw() {
	var ids []sweeps.ID
	for id, t := range m.tasks {
		if t.phase == Queued {
			ids = append(ids, id)
		}
	}
	for _, id := range inOrder(ids) {
		t := m.tasks[id]
		m.refund(t)
		if t.want == 0 {
			m.enter(t, Pending)
			continue
		}
		m.makePending(id, t)
		m.untrack(id)
	}
	m.disturbed = false
	m.floor = nil
}

// correct charges a sweep for what a task took instead of what was expected.
func (m *scheduler) correct(t *entry, seconds float64) {
	if s := m.sweeps[t.charge.sweep]; s != nil {
		m.charge(s, seconds-t.charge.seconds)
	}
	t.charge = charge{}
}

// redirect notes that queued orders of tasks that start from these results name the wrong files.
func (m *scheduler) redirect(e ResultsRenamed) {
	for id, t := range m.tasks {
		if t.phase != Queued {
			continue
		}
		if source, ok := m.sourceOf(id); ok && e.IDs[source] {
			m.disturbed = true
		}
	}
}

// forget makes a task unknown that no sweep wants.
func (m *scheduler) forget(id sweeps.ID) {
	if m.remove(id) {
		m.disturbed = true
	}
}
