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

// derivedFrom returns the derived parameter that determines a parameter's value; "" if none does.
func (m *maker) derivedFrom(name string) string {
	if m.sweep.derives(name) {
		return name
	}
	_, varies := m.column(name)
	_, set := settingOf(m.sweep.parameters, name)
	if name == "numint.every_n" && !varies && !set && m.network == nil && m.sweep.derives("numint.n_trials") {
		return "numint.n_trials" // which it follows
	}
	return ""
}

// column returns the column of the grid that determines a parameter's value, if one does.
func (m *maker) column(name string) (column place, varies bool) {
	for _, c := range m.grid.columns {
		if c.name == name {
			return c, true
		}
	}
	if _, set := settingOf(m.sweep.parameters, name); !set && m.network == nil && name == "numint.every_n" {
		return m.column("numint.n_trials") // which it follows
	}
	return place{}, false
}

// fixed returns the value of a parameter that is the same for all combinations: that of the
// sweep, of the source, or the default.
func (m *maker) fixed(name string) (sim.Value, bool) {
	if v, ok := settingOf(m.sweep.parameters, name); ok {
		return v, true
	}
	if m.network != nil {
		return m.network.value(mustLookup(name))
	}
	tree := sim.Resolve(m.sweep.experiment, m.sweep.parameters)
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
