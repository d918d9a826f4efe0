package sweeps

import "eisweep/sim"

// maxExcluding bounds the comparisons of combinations with [[exclude]], maxLooked the
// places of axes that are compared once and for all. A comparison besides them counts as
// lookingUp of the others.
const (
	maxExcluding = 500_000_000
	maxLooked    = 16_000_000
	lookingUp    = 20
)

// exclusion decides which combinations of one network, or of a training sweep, the
// [[exclude]] of a sweep drop. What seeds there are makes no difference: they are
// compared with the first one.
type exclusion struct {
	rules   []rule
	dropped []bool // by the number of the combination
	decided bool   // all combinations have been compared
	looked  int    // places of axes that were compared
}

// rule is an [[exclude]] as far as the combinations decide; the rest is known to hold.
type rule struct {
	never bool
	tests []test
}

// test holds where the value of a column of the grid is in the set.
type test struct {
	place
	set   map[sim.Value]bool
	holds []bool // by the place on the axis; nil: look it up
}

// newExclusion returns nil where nothing is dropped.
func (m *maker) newExclusion(c *check) *exclusion {
	if len(m.sweep.excludes) == 0 {
		return nil
	}
	x := &exclusion{dropped: make([]bool, m.grid.size())}
	for _, conditions := range m.sweep.excludes {
		x.rules = append(x.rules, x.newRule(m, conditions, c))
	}
	return x
}

func (x *exclusion) newRule(m *maker, conditions []condition, c *check) (r rule) {
	c.excluding(1)
	for _, cond := range conditions {
		if column, varies := m.column(cond.name); varies {
			r.tests = append(r.tests, x.newTest(column, cond.set, c))
		} else if v, known := m.fixed(cond.name); !known || !cond.set[v] {
			r.never = true
		}
	}
	return r
}

func (x *exclusion) newTest(column place, set map[sim.Value]bool, c *check) test {
	t := test{place: column, set: set}
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

// column finds the column of the grid that decides a parameter's value.
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

// fixed is the value of a parameter that is the same for all combinations: the sweep's,
// the source's or the default.
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

// drops reports whether a combination is dropped: the n-th, which is at these places on
// the axes.
func (x *exclusion) drops(n int, at []int, c *check) bool {
	if x == nil || x.decided {
		return x != nil && x.dropped[n]
	}
	for i, r := range x.rules {
		if r.matches(at, c) {
			c.excluded(i)
			x.dropped[n] = true
		}
	}
	return x.dropped[n]
}

func (r rule) matches(at []int, c *check) bool {
	c.excluding(1)
	if r.never {
		return false
	}
	for _, t := range r.tests {
		if i := at[t.axis]; t.holds == nil {
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
