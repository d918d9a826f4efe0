package sweeps

import (
	"slices"

	"eisweep/sim"
)

// draft is a task with what it was made of.
type draft struct {
	task    Task
	number  int
	network *network      // PERTURB
	own     []sim.Setting // what the sweep sets for it; only valid during the visit
	checked bool          // the same combination was visited before, with another seed
}

// walk visits the tasks in their order until visit returns false. The check, if
// there is one, is told what is left out.
func (e *Expansion) walk(visit func(draft) bool, c *check) {
	if e.networks == nil {
		e.walkNetwork(nil, 0, visit, c)
		return
	}
	each := e.grid.size() * max(1, len(e.sweep.seeds)) // the tasks of a network
	for i, n := range e.networks.all {
		if e.sweep.wanted(n, c) && !e.walkNetwork(n, i*each, visit, c) {
			return
		}
	}
}

// wanted reports whether [source_where] lets a network in.
func (s *Sweep) wanted(n *network, c *check) bool {
	for _, cond := range s.where {
		v, known := n.seedOrValue(cond.name)
		if !known {
			c.untold(n, cond.name)
			return false
		}
		if !slices.Contains(cond.values, v) {
			return false
		}
	}
	return true
}

func (n *network) seedOrValue(name string) (sim.Value, bool) {
	if name == "seed" {
		return sim.IntegerValue(int(n.input.Seed)), n.input.SeedTold
	}
	return n.value(mustLookup(name))
}

// walkNetwork visits the tasks of one network, the first of which has a number; of a
// training sweep, all.
func (e *Expansion) walkNetwork(n *network, number int, visit func(draft) bool, c *check) bool {
	m := e.newMaker(n)
	for i, seed := range m.seeds(c) {
		m.setSeed(seed)
		more := e.grid.each(func(at []int) bool {
			number++
			m.own = e.grid.settings(append(m.own[:0], e.sweep.parameters...), at)
			if e.sweep.excluded(m, c) {
				return true
			}
			d := m.make(at)
			d.number = number - 1
			d.checked = i > 0 && d.task.Replaces == (ID{})
			return visit(d)
		})
		if !more {
			return false
		}
	}
	return true
}

// excluded reports whether some [[exclude]] drops a combination.
func (s *Sweep) excluded(m *maker, c *check) bool {
	drop := false
	for i, conditions := range s.excludes {
		matches := true
		for _, cond := range conditions {
			v, known := m.value(cond.name)
			matches = matches && known && slices.Contains(cond.values, v)
		}
		if matches {
			c.excluded(i)
			drop = true
		}
	}
	return drop
}
