package sweeps

import (
	"slices"
	"strconv"

	"eisweep/sim"
)

// maker creates the tasks of one network, or of a training sweep.
type maker struct {
	*Expansion
	network   *network
	source    *Input
	inherited []sim.Setting
	own       []sim.Setting // of the combination: the sweep's parameters, then those of the axes
	all       []sim.Setting // inherited, then own
	id        *identity
	seed      uint32
	everyN    bool // the line of numint.every_n depends on the combination
	switches  *switches
}

func (e *Expansion) newMaker(n *network) *maker {
	m := &maker{Expansion: e, network: n, id: newIdentity(e.sweep.experiment)}
	if n != nil {
		in := n.input
		m.source, m.inherited = &in, n.inherited
	}
	m.id.inputs(m.source, e.initial)
	fixed := sim.Resolve(e.sweep.experiment, slices.Concat(m.inherited, e.sweep.parameters))
	m.id.parameters(sim.Settings(e.sweep.experiment, fixed))
	m.everyN = e.sweep.experiment.Trains() && slices.ContainsFunc(e.grid.columns, func(c place) bool {
		return c.name == "numint.n_trials" || c.name == "numint.every_n"
	})
	m.switches = m.newSwitches()
	return m
}

// seeds returns the seeds of the sweep, or that of the source.
func (m *maker) seeds(c *check) []uint32 {
	if own := m.sweep.seeds; len(own) > 0 {
		return own
	}
	if m.network != nil && !m.network.input.SeedKnown {
		c.unknownSeed(m.network)
		return nil
	}
	return []uint32{m.network.input.Seed}
}

func (m *maker) setSeed(seed uint32) {
	m.seed = seed
	m.id.set("seed", strconv.FormatUint(uint64(seed), 10))
}

// combine sets the settings of a combination. It returns false if the combination is no task of
// its own, and the expressions that have no legal value for it.
func (m *maker) combine(at []int) (ok bool, bad []*underived) {
	if !m.switches.decide(at) {
		return false, nil
	}
	m.own = m.grid.settings(append(m.own[:0], m.sweep.parameters...), at, m.switches)
	if len(m.sweep.derived) > 0 {
		m.own, bad = m.sweep.derive(m.network, m.own)
	}
	return true, bad
}

// computed reports whether values of the combinations are not those of the grid's columns alone.
func (s *Sweep) computed() bool { return len(s.derived) > 0 || len(s.restrictions) > 0 }

// make creates the task of the current combination.
func (m *maker) make(at []int) draft {
	tree := m.resolve(m.own)
	if m.sweep.computed() {
		m.id.parameters(sim.Settings(m.sweep.experiment, tree))
	} else {
		m.setColumns(at, &tree)
	}
	d := draft{network: m.network, own: m.own, task: m.task(tree, m.own[len(m.sweep.parameters):])}
	d.task.ID = m.id.sum()
	if len(m.sweep.replacements) > 0 {
		d = m.replace(d)
	}
	d.task.File = d.task.fileName(len(m.sweep.seeds) > 0)
	return d
}

// setColumns sets the lines of the id that depend on the combination.
func (m *maker) setColumns(at []int, tree *sim.Parameters) {
	for _, c := range m.grid.columns {
		m.id.lines[lineNumber[c.name]] = c.lines[at[c.axis]]
	}
	if m.everyN {
		m.id.lines[lineNumber["numint.every_n"]] = ""
		if tree.Numint.EveryN != tree.Numint.NTrials {
			m.id.set("numint.every_n", strconv.Itoa(tree.Numint.EveryN))
		}
	}
}

// resolve returns the parameter tree with what the sweep sets.
func (m *maker) resolve(own []sim.Setting) sim.Parameters {
	m.all = append(append(m.all[:0], m.inherited...), own...)
	return sim.Resolve(m.sweep.experiment, m.all)
}

// task returns a task without its id and file.
func (m *maker) task(tree sim.Parameters, varying []sim.Setting) Task {
	return Task{
		Experiment: m.sweep.experiment, Seed: m.seed, Parameters: tree,
		Source: m.source, Initial: m.initial, Varying: m.varying(varying),
	}
}

// varying returns the settings in the file's name: those of the source, without the ones that
// the sweep repeats, then the sweep's own.
func (m *maker) varying(own []sim.Setting) []sim.Setting {
	if m.network == nil {
		return slices.Clone(own)
	}
	list := make([]sim.Setting, 0, len(m.network.varying)+len(own))
	for _, s := range m.network.varying {
		if !slices.Contains(own, s) {
			list = append(list, s)
		}
	}
	return append(list, own...)
}

// replace applies the sweep's replacements to a task, each to the result of the earlier ones.
func (m *maker) replace(d draft) draft {
	varying := sim.Values(d.own[len(m.sweep.parameters):])
	for next := m.following(d.task.ID, 0); next >= 0; next = m.following(d.task.ID, next+1) {
		r := m.sweep.replacements[next]
		own := slices.Concat(d.own, r.Settings)
		names := varying.With(r.Settings...)
		t := m.task(m.resolve(own), names)
		if t.ID = Identify(&t); t.ID == d.task.ID {
			continue
		}
		t.Replaces = d.task.ID
		d.task, d.own, varying = t, own, names
	}
	return d
}

// following returns the number of a task's first replacement from one on; -1 if there is none.
func (m *maker) following(id ID, from int) int {
	list := m.replacing[id]
	if i, _ := slices.BinarySearch(list, from); i < len(list) {
		return list[i]
	}
	return -1
}

// replacing returns the numbers of the replacements of each task, in increasing order.
func (s *Sweep) replacing() map[ID][]int {
	out := map[ID][]int{}
	for n, r := range s.replacements {
		for _, id := range r.Tasks {
			if list := out[id]; len(list) == 0 || list[len(list)-1] != n {
				out[id] = append(list, n)
			}
		}
	}
	return out
}
