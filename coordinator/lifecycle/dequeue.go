package lifecycle

import "eisweep/sweeps"

// withdrawn is an order that is to leave the queue.
type withdrawn struct {
	id   sweeps.ID
	run  int
	home wants
}

// bulk is how many orders of a sweep are taken out of the queue one by one. Where
// there are more, the sweep's are all taken out, and those that stay published again.
const bulk = 1000

// withdraw takes orders out of the queue. A worker that is at one whose order goes
// along finishes it all the same.
func (m *Machine) withdraw(list []withdrawn) []Command {
	each := map[wants]int{}
	for _, w := range list {
		each[w.home]++
	}
	var out []Command
	purged := map[wants]bool{}
	for _, w := range list {
		switch {
		case each[w.home] <= bulk || m.launches > 0:
			out = append(out, Unqueue{w.id, w.run, m.lists.of(w.home)[0]})
		case !purged[w.home]:
			purged[w.home] = true
			out = append(out, Purge{m.lists.of(w.home)[0]})
		}
	}
	if len(purged) > 0 {
		out = append(out, m.restock(purged)...)
	}
	return out
}

// restock publishes again what is queued for sweeps whose orders were all taken out.
func (m *Machine) restock(homes map[wants]bool) []Command {
	var ids []sweeps.ID
	for id, t := range m.tasks {
		if t.phase == Queued && homes[t.home] {
			ids = append(ids, id)
		}
	}
	var out []Command
	for _, id := range inOrder(ids) {
		t := m.tasks[id]
		out = append(out, Publish{id, int(t.run), m.homeName(t)})
	}
	return out
}

// redirect gives the queued orders again of those tasks that start from results which have
// other names now: an order tells where its source lies.
func (m *Machine) redirect(e ResultsRenamed) []Command {
	var ids []sweeps.ID
	for id, source := range m.sources {
		if t := m.tasks[id]; e.IDs[source] && t != nil && t.phase == Queued && t.wants != 0 {
			ids = append(ids, id)
		}
	}
	var out []Command
	for _, id := range inOrder(ids) {
		t := m.tasks[id]
		out = append(out, Unqueue{id, int(t.run), m.homeName(t)}, Publish{id, int(t.run), m.homeName(t)})
	}
	return out
}
