package sweeps

import "eisweep/sim"

// draft is a task with what it was created from.
type draft struct {
	task    Task
	number  int
	network *network      // PERTURB
	own     []sim.Setting // what the sweep sets for it; only valid during the visit
	checked bool          // the same combination was visited before, with another seed
}

// walk visits the tasks in their order until visit returns false. It reports the tasks that it
// leaves out to the check, if there is one.
func (e *Expansion) walk(visit func(draft) bool, c *check) {
	if e.networks == nil {
		e.walkNetwork(nil, 0, visit, c)
		return
	}
	each := e.grid.size() * max(1, len(e.sweep.seeds)) // the tasks of a network
	for i, n := range e.networks.all {
		if c.enough() {
			return
		}
		if e.sweep.selects(n, c) && !e.walkNetwork(n, i*each, visit, c) {
			return
		}
	}
}

// selects reports whether [source_where] selects a network.
func (s *Sweep) selects(n *network, c *check) bool {
	for _, cond := range s.where {
		v, known := n.seedOrValue(cond.name)
		if !known {
			c.unknownValue(n, cond.name)
			return false
		}
		if !cond.set[v] {
			return false
		}
	}
	return true
}

func (n *network) seedOrValue(name string) (sim.Value, bool) {
	if name == "seed" {
		return sim.IntegerValue(int(n.input.Seed)), n.input.SeedKnown
	}
	return n.value(mustLookup(name))
}

// walkNetwork visits the tasks of one network, or all tasks of a training sweep; number is
// that of the first one.
func (e *Expansion) walkNetwork(n *network, number int, visit func(draft) bool, c *check) bool {
	m := e.newMaker(n)
	exclusion := m.newExclusion(c)
	for i, seed := range m.seeds(c) {
		m.setSeed(seed)
		combination := 0
		more := e.grid.each(func(at []int) bool {
			ok, bad := m.combine(at)
			here := combination
			combination++
			if !c.visited() {
				return false
			}
			if !ok {
				return true
			}
			if exclusion.drops(here, at, c) {
				return true
			}
			if len(bad) > 0 {
				return c.underived(bad, m.where())
			}
			return visit(m.draft(at, number+here, i > 0))
		})
		if !more {
			return false
		}
		number += combination
		if exclusion != nil {
			exclusion.decided = true
		}
	}
	return true
}

// where describes the current combination.
func (m *maker) where() string {
	d := draft{network: m.network, task: Task{Varying: m.own[len(m.sweep.parameters):]}}
	return d.where()
}

// draft creates the task of the current combination. checked means that the combination was
// visited with another seed.
func (m *maker) draft(at []int, number int, checked bool) draft {
	d := m.make(at)
	d.number = number
	d.checked = checked && d.task.Replaces == (ID{})
	return d
}
