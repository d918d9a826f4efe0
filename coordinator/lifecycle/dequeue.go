package lifecycle

import (
	"slices"

	"eisweep/sweeps"
)

// dequeued is an order that is to leave the queue.
type dequeued struct {
	id    sweeps.ID
	run   int
	queue sweepSet
}

// purgeThreshold is how many orders of a sweep are removed from the queue one by one. Where there
// are more, all of the sweep's are purged, and those that stay are published again.
const purgeThreshold = 1000

// dequeue removes orders from the queue. A worker that runs one of them finishes it all the same.
func (m *Machine) dequeue(list []dequeued) []Command {
	slices.SortFunc(list, func(a, b dequeued) int { return a.id.Compare(b.id) })
	each := map[sweepSet]int{}
	for _, w := range list {
		each[w.queue]++
	}
	var out []Command
	purged := map[sweepSet]bool{}
	for _, w := range list {
		switch {
		case each[w.queue] <= purgeThreshold || m.launches > 0:
			out = append(out, Unqueue{w.id, w.run, m.sets.of(w.queue)[0]})
		case !purged[w.queue]:
			purged[w.queue] = true
			out = append(out, m.purge(w.queue))
		}
	}
	if len(purged) > 0 {
		out = append(out, m.requeue(purged)...)
	}
	return out
}

// purge removes all orders from the queue of a sweep. The queued tasks that are still wanted are
// published again; the orders of running tasks, and of those that no sweep wants, are gone.
func (m *Machine) purge(queue sweepSet) Command {
	for _, t := range m.tasks {
		if t.queue == queue && (t.phase == Running || t.sweeps == 0) {
			t.queue = 0
		}
	}
	return Purge{m.sets.of(queue)[0]}
}

// unqueue removes a task's order from the queue.
func (m *Machine) unqueue(id sweeps.ID, t *entry) []Command {
	if t.queue == 0 {
		return nil
	}
	return []Command{Unqueue{id, int(t.run), m.queueOf(t)}}
}

// requeue publishes again what is queued for sweeps whose orders were purged.
func (m *Machine) requeue(queues map[sweepSet]bool) []Command {
	var ids []sweeps.ID
	for id, t := range m.tasks {
		if t.phase == Queued && queues[t.queue] {
			ids = append(ids, id)
		}
	}
	var out []Command
	for _, id := range inOrder(ids) {
		t := m.tasks[id]
		out = append(out, Publish{id, int(t.run), m.queueOf(t)})
	}
	return out
}

// renameResults publishes the queued orders again of the tasks that start from results with other
// names now: an order says where its source is.
func (m *Machine) renameResults(e ResultsRenamed) []Command {
	var ids []sweeps.ID
	for id, source := range m.sources {
		if t := m.tasks[id]; e.IDs[source] && t != nil && t.phase == Queued && t.sweeps != 0 {
			ids = append(ids, id)
		}
	}
	var out []Command
	for _, id := range inOrder(ids) {
		t := m.tasks[id]
		out = append(out, Unqueue{id, int(t.run), m.queueOf(t)}, Publish{id, int(t.run), m.queueOf(t)})
	}
	return out
}
