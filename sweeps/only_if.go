package sweeps

import (
	"fmt"
	"slices"

	"eisweep/sim"
	"eisweep/sweeps/internal/document"
)

// restriction is an [[only_if]]: the axes of some parameters vary only where all conditions
// hold. Elsewhere the parameters are not set.
type restriction struct {
	vary       []string
	conditions []condition
}

const onlyIfForm = `write vary = "pl.eta_e" and a condition such as pl.is_plastic = ["BOTH", "EXC"]`

// onlyIfReader reads [[only_if]].
type onlyIfReader struct{ *reader }

func (r *reader) readOnlyIf(n *document.Node) { onlyIfReader{r}.read(n) }

func (r onlyIfReader) read(n *document.Node) {
	for _, item := range r.tables(n, "only_if") {
		if r.full() {
			return
		}
		before := r.failed
		vary := item.Field("vary")
		if vary == nil {
			r.fail(item.Place(), "[[only_if]] has no vary", onlyIfForm)
			continue
		}
		x := restriction{vary: r.axisNames(vary)}
		rest := item.Without("vary")
		if len(rest.Fields) == 0 {
			r.fail(item.Place(), "[[only_if]] has no condition", onlyIfForm)
			continue
		}
		x.conditions = r.conditions(rest, "[[only_if]]")
		if r.failed == before {
			r.restrict(item, x)
		}
	}
}

// axisNames reads the parameters of a vary entry.
func (r onlyIfReader) axisNames(n *document.Node) []string {
	var names []string
	for _, item := range n.Each() {
		name, ok := r.word(item, "vary")
		if !ok {
			continue
		}
		if _, err := sim.Lookup(name); err != nil {
			r.fail(item.Place(), "vary: "+err.Error(), "")
		} else if r.sweep.axisOf(name) < 0 {
			r.fail(item.Place(), fmt.Sprintf("vary: %s is not on an axis", name), "name a parameter of [axes], [[together]] or [sample]")
		} else if slices.Contains(names, name) {
			r.fail(item.Place(), "vary names "+name+" twice", "remove one")
		} else {
			names = append(names, name)
		}
	}
	if len(n.Each()) == 0 {
		r.fail(n.Place(), "vary names no parameter", onlyIfForm)
	}
	return names
}

// restrict adds a restriction, unless one of its conditions can't be evaluated or never holds.
func (r onlyIfReader) restrict(item *document.Node, x restriction) {
	for _, cond := range x.conditions {
		at := r.conditionPlace(item, cond.name)
		switch axis := r.sweep.axisOf(cond.name); {
		case r.sweep.derives(cond.name):
			r.fail(at, cond.name+" is derived and cannot be a condition of [[only_if]]", "name the parameters that it is computed from")
			return
		case r.sweep.holdsNever(cond):
			r.fail(at, fmt.Sprintf("the condition on %s never holds", cond.name), "compare it with [axes] and [parameters]")
			return
		case axis >= 0 && r.sweep.varies(x, axis):
			r.fail(at, fmt.Sprintf("%s is on the same axis as %s", cond.name, x.vary[0]), "name the parameter of another axis")
			return
		case axis >= 0 && r.sweep.dependsOn(axis, x.vary):
			r.fail(at, fmt.Sprintf("whether %s varies depends on itself", x.vary[0]), "name the parameter of another axis")
			return
		}
	}
	r.sweep.restrictions = append(r.sweep.restrictions, x)
}

func (r onlyIfReader) conditionPlace(item *document.Node, name string) (at document.Span) {
	at = item.Place()
	r.descend(item.Without("vary"), "", func(found string, leaf *document.Node) {
		if found == name {
			at = leaf.Place()
		}
	})
	return at
}

// axisOf returns the number of the axis that a parameter is on; -1 if it is on none.
func (s *Sweep) axisOf(name string) int {
	return slices.IndexFunc(s.axes, func(a axis) bool {
		return slices.ContainsFunc(a.columns, func(c column) bool { return c.name == name })
	})
}

// holdsNever reports whether no value that the sweep gives a parameter fulfils a condition.
func (s *Sweep) holdsNever(cond condition) bool {
	if v, ok := settingOf(s.parameters, cond.name); ok {
		return !cond.set[v]
	}
	i := s.axisOf(cond.name)
	if i < 0 || s.restricted(i) {
		return false // the value is the default, or that of the source, at least somewhere
	}
	for _, c := range s.axes[i].columns {
		if c.name == cond.name {
			return !slices.ContainsFunc(c.values, func(v sim.Value) bool { return cond.set[v] })
		}
	}
	return false
}

// restricted reports whether an axis varies only somewhere.
func (s *Sweep) restricted(axis int) bool {
	return slices.ContainsFunc(s.restrictions, func(x restriction) bool { return s.varies(x, axis) })
}

// varies reports whether a restriction applies to an axis.
func (s *Sweep) varies(x restriction, axis int) bool {
	return slices.ContainsFunc(x.vary, func(name string) bool { return s.axisOf(name) == axis })
}

// dependsOn reports whether an axis is that of one of the parameters, or varies depending on them.
func (s *Sweep) dependsOn(axis int, names []string) bool {
	if slices.ContainsFunc(names, func(name string) bool { return s.axisOf(name) == axis }) {
		return true
	}
	for _, x := range s.restrictions {
		if !s.varies(x, axis) {
			continue
		}
		for _, cond := range x.conditions {
			if next := s.axisOf(cond.name); next >= 0 && s.dependsOn(next, names) {
				return true
			}
		}
	}
	return false
}

// forgetRestrictions adapts the restrictions to an override: its parameter is set everywhere,
// and an axis whose condition has no value left is removed.
func (s *Sweep) forgetRestrictions(set sim.Setting) {
	for _, x := range s.restrictions {
		if slices.ContainsFunc(x.conditions, func(c condition) bool { return c.name == set.Name && !c.set[set.Value] }) {
			s.removeAxes(x.vary, set.Name)
		}
	}
	var kept []restriction
	for _, x := range s.restrictions {
		x.vary = slices.DeleteFunc(slices.Clone(x.vary), func(name string) bool { return name == set.Name || s.axisOf(name) < 0 })
		if len(x.vary) > 0 {
			kept = append(kept, x)
		}
	}
	s.restrictions = kept
}

// removeAxes removes the axes of some parameters, except for one parameter, and each
// [[exclude]] that then matches nothing.
func (s *Sweep) removeAxes(names []string, except string) {
	for _, name := range names {
		i := s.axisOf(name)
		if i < 0 || name == except {
			continue
		}
		removed := s.axes[i]
		s.axes = slices.Delete(slices.Clone(s.axes), i, i+1)
		defaults := sim.Defaults(s.experiment)
		for _, c := range removed.columns {
			s.forgetExcludes(sim.Setting{Name: c.name, Value: mustLookup(c.name).Get(&defaults)})
		}
	}
}

// switches decides which axes vary for a combination.
type switches struct {
	on     []bool // by axis, for the current combination
	order  []int  // restricted axes, each after those that it depends on
	rules  map[int][]switchRule
	always bool // no axis is restricted
}

// switchRule is a condition of an axis: on a column of the grid, or decided already.
type switchRule struct {
	column place
	set    map[sim.Value]bool
	varies bool
	holds  bool // where the column's axis does not vary, or there is none
}

func (m *maker) newSwitches() *switches {
	s := m.sweep
	w := &switches{on: make([]bool, len(s.axes)), rules: map[int][]switchRule{}, always: len(s.restrictions) == 0}
	for i := range s.axes {
		for _, x := range s.restrictions {
			if !s.varies(x, i) {
				continue
			}
			for _, cond := range x.conditions {
				rule := switchRule{set: cond.set}
				rule.column, rule.varies = m.column(cond.name)
				v, known := m.fixed(cond.name)
				rule.holds = known && cond.set[v]
				w.rules[i] = append(w.rules[i], rule)
			}
		}
	}
	var add func(i int)
	add = func(i int) {
		if len(w.rules[i]) == 0 || slices.Contains(w.order, i) {
			return
		}
		for _, rule := range w.rules[i] {
			if rule.varies {
				add(rule.column.axis)
			}
		}
		w.order = append(w.order, i)
	}
	for i := range s.axes {
		add(i)
	}
	return w
}

// decide sets which axes vary for a combination. It returns false if the combination is no task
// of its own: it differs from another one only on an axis that does not vary.
func (w *switches) decide(at []int) bool {
	if w.always {
		return true
	}
	for i := range w.on {
		w.on[i] = true
	}
	for _, i := range w.order {
		for _, rule := range w.rules[i] {
			holds := rule.holds
			if rule.varies && w.on[rule.column.axis] {
				holds = rule.set[rule.column.values[at[rule.column.axis]]]
			}
			w.on[i] = w.on[i] && holds
		}
		if !w.on[i] && at[i] > 0 {
			return false
		}
	}
	return true
}

// vary reports whether an axis varies for the current combination.
func (w *switches) vary(axis int) bool { return w.always || w.on[axis] }
