package sweeps

import (
	"slices"
	"strconv"

	"eisweep/sim"
)

// maker makes the tasks of one network, or of a training sweep.
type maker struct {
	*Expansion
	network   *network
	source    *Input
	inherited []sim.Setting
	own       []sim.Setting // of the combination: the sweep's parameters, then the axes'
	all       []sim.Setting // inherited, then own
	id        *identity
	seed      uint32
	everyN    bool // the line of numint.every_n depends on the combination
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
	return m
}

// seeds are the sweep's, or that of the source.
func (m *maker) seeds(c *check) []uint32 {
	if own := m.sweep.seeds; len(own) > 0 {
		return own
	}
	if m.network != nil && !m.network.input.SeedTold {
		c.seedless(m.network)
		return nil
	}
	return []uint32{m.network.input.Seed}
}

func (m *maker) setSeed(seed uint32) {
	m.seed = seed
	m.id.set("seed", strconv.FormatUint(uint64(seed), 10))
}

// value is a parameter's in the present combination; of what the sweep doesn't
// set it is the source's, or the default.
func (m *maker) value(name string) (sim.Value, bool) {
	if v, ok := settingOf(m.own, name); ok {
		return v, true
	}
	p := mustLookup(name)
	if m.network != nil {
		return m.network.value(p)
	}
	tree := sim.Resolve(m.sweep.experiment, m.own)
	return p.Get(&tree), true
}

// make makes the task of the present combination.
func (m *maker) make(at []int) draft {
	tree := m.resolve(m.own)
	for _, c := range m.grid.columns {
		m.id.lines[lineNumber[c.name]] = c.lines[at[c.axis]]
	}
	if m.everyN {
		m.id.lines[lineNumber["numint.every_n"]] = ""
		if tree.Numint.EveryN != tree.Numint.NTrials {
			m.id.set("numint.every_n", strconv.Itoa(tree.Numint.EveryN))
		}
	}
	d := draft{network: m.network, own: m.own, task: m.task(tree, m.own[len(m.sweep.parameters):])}
	d.task.ID = m.id.sum()
	if len(m.sweep.replacements) > 0 {
		d = m.replace(d)
	}
	d.task.File = d.task.fileName(len(m.sweep.seeds) > 0)
	return d
}

// resolve is the parameter tree of what the sweep sets.
func (m *maker) resolve(own []sim.Setting) sim.Parameters {
	m.all = append(append(m.all[:0], m.inherited...), own...)
	return sim.Resolve(m.sweep.experiment, m.all)
}

// task is a task without its id and file.
func (m *maker) task(tree sim.Parameters, varying []sim.Setting) Task {
	return Task{
		Experiment: m.sweep.experiment, Seed: m.seed, Parameters: tree,
		Source: m.source, Initial: m.initial, Varying: m.varying(varying),
	}
}

// varying is what names the file: the source's settings, without those that the
// sweep repeats, then the sweep's own.
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

// replace applies the sweep's replacements to a task, each to what the earlier
// ones left.
func (m *maker) replace(d draft) draft {
	varying := d.own[len(m.sweep.parameters):]
	for _, r := range m.sweep.replacements {
		if !slices.Contains(r.Tasks, d.task.ID) {
			continue
		}
		own := slices.Concat(d.own, r.Settings)
		names := merged(varying, r.Settings)
		t := m.task(m.resolve(own), names)
		if t.ID = Identify(&t); t.ID == d.task.ID {
			continue
		}
		t.Replaces = d.task.ID
		d.task, d.own, varying = t, own, names
	}
	return d
}

// merged is what varies once more is set, in the order of file names.
func merged(varying, set []sim.Setting) []sim.Setting {
	list := slices.DeleteFunc(slices.Clone(varying), func(v sim.Setting) bool {
		return slices.ContainsFunc(set, func(s sim.Setting) bool { return s.Name == v.Name })
	})
	list = append(list, set...)
	sortSettings(list)
	return list
}
