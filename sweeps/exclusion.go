package sweeps

import "eisweep/sim"

// maxExcluding limits the comparisons of combinations with [[exclude]], maxLooked the values of
// axes that are compared in advance. A comparison that looks a value up counts as lookingUp of
// the others.
const (
	maxExcluding = 500_000_000
	maxLooked    = 16_000_000
	lookingUp    = 20
)

// exclusion decides which combinations of one network, or of a training sweep, the
// [[exclude]] tables drop. Seeds make no difference, so combinations are compared only with
// the first one.
type exclusion struct {
	rules   []rule
	dropped []bool // by the number of the combination
	decided bool   // all combinations have been compared
	looked  int    // values of axes that were compared in advance
	maker   *maker
}

// rule is an [[exclude]], reduced to the conditions that depend on the combination.
type rule struct {
	never bool
	tests []test
}

// test is true if the value of a column of the grid is in the set.
type test struct {
	place
	set     map[sim.Value]bool
	holds   []bool // by position on the axis; nil: look the value up
	derived string // the name of a derived parameter, which no column has
	// otherwise is whether the test is true where the axis of the column does not vary.
	otherwise bool
}

// newExclusion returns nil if nothing can be dropped.
func (m *maker) newExclusion(c *check) *exclusion {
	if len(m.sweep.excludes) == 0 {
		return nil
	}
	x := &exclusion{dropped: make([]bool, m.grid.size()), maker: m}
	for _, conditions := range m.sweep.excludes {
		x.rules = append(x.rules, x.newRule(m, conditions, c))
	}
	return x
}

func (x *exclusion) newRule(m *maker, conditions []condition, c *check) (r rule) {
	c.excluding(1)
	for _, cond := range conditions {
		if derived := m.derivedFrom(cond.name); derived != "" {
			r.tests = append(r.tests, test{set: cond.set, derived: derived})
		} else if column, varies := m.column(cond.name); varies {
			v, known := m.fixed(cond.name)
			r.tests = append(r.tests, x.newTest(column, cond.set, known && cond.set[v], c))
		} else if v, known := m.fixed(cond.name); !known || !cond.set[v] {
			r.never = true
		}
	}
	return r
}

func (x *exclusion) newTest(column place, set map[sim.Value]bool, otherwise bool, c *check) test {
	t := test{place: column, set: set, otherwise: otherwise}
	if x.looked += len(column.values); x.looked > maxLooked {
		return t
	}
	c.excluding(len(column.values))
	t.holds = make([]bool, len(column.values))
	for i, v := range column.values {
		t.holds[i] = set[v]
	}
	return t
}

// following returns the parameter whose value a parameter has: numint.every_n follows
// numint.n_trials in training unless it is set. For all others it is the parameter itself.
func (s *Sweep) following(name string) string {
	if name != "numint.every_n" || !s.experiment.Trains() || s.derives(name) || s.axisOf(name) >= 0 {
		return name
	}
	if _, set := settingOf(s.parameters, name); set {
		return name
	}
	return "numint.n_trials"
}

// derivedFrom returns the derived parameter that determines a parameter's value; "" if none does.
func (m *maker) derivedFrom(name string) string {
	if name = m.sweep.following(name); m.sweep.derives(name) {
		return name
	}
	return ""
}

// column returns the column of the grid that determines a parameter's value, if one does.
func (m *maker) column(name string) (column place, varies bool) {
	name = m.sweep.following(name)
	for _, c := range m.grid.columns {
		if c.name == name {
			return c, true
		}
	}
	return place{}, false
}

// fixed returns the value of a parameter that is the same for all combinations: that of the
// sweep, of the source, or the default.
func (m *maker) fixed(name string) (sim.Value, bool) {
	if v, known := m.sweep.fixed(name); known || m.network == nil {
		return v, known
	}
	return m.network.value(mustLookup(name))
}

// fixed returns the value of a parameter where no axis sets it. It is unknown if it is that of the source.
func (s *Sweep) fixed(name string) (sim.Value, bool) {
	if v, ok := settingOf(s.parameters, name); ok {
		return v, true
	}
	if !s.experiment.Trains() {
		return sim.Value{}, false
	}
	tree := sim.Resolve(s.experiment, s.parameters)
	return mustLookup(name).Get(&tree), true
}

// drops reports whether combination number n, at these positions on the axes, is dropped.
func (x *exclusion) drops(n int, at []int, c *check) bool {
	if x == nil || x.decided {
		return x != nil && x.dropped[n]
	}
	for i, r := range x.rules {
		if r.matches(x.maker, at, c) {
			c.excluded(i)
			x.dropped[n] = true
		}
	}
	return x.dropped[n]
}

func (r rule) matches(m *maker, at []int, c *check) bool {
	c.excluding(1)
	if r.never {
		return false
	}
	for _, t := range r.tests {
		if t.derived != "" {
			c.excluding(lookingUp)
			if v, known := settingOf(m.own, t.derived); !known || !t.set[v] {
				return false
			}
		} else if i := at[t.axis]; !m.switches.vary(t.axis) {
			if c.excluding(1); !t.otherwise {
				return false
			}
		} else if t.holds == nil {
			c.excluding(lookingUp)
			if !t.set[t.values[i]] {
				return false
			}
		} else if c.excluding(1); !t.holds[i] {
			return false
		}
	}
	return true
}
