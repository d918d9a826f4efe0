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
	var items []*document.Node // of the restrictions
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
		if r.failed == before && r.restrict(item, x) {
			items = append(items, item)
		}
	}
	r.checkHold(items)
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

// restrict adds a restriction, unless one of its conditions can't be evaluated.
func (r onlyIfReader) restrict(item *document.Node, x restriction) bool {
	for _, cond := range x.conditions {
		at := r.conditionPlace(item, cond.name)
		name, follows := r.sweep.following(cond.name), ""
		if name != cond.name {
			follows = fmt.Sprintf("; %s follows %s unless it is set", cond.name, name)
		}
		switch axis := r.sweep.axisOf(name); {
		case r.sweep.derives(name):
			r.fail(at, name+" is derived and cannot be a condition of [[only_if]]", "name the parameters that it is computed from"+follows)
			return false
		case axis >= 0 && name == cond.name && r.sweep.varies(x, axis):
			problem := fmt.Sprintf("%s is on the same axis as %s", name, x.vary[0])
			if name == x.vary[0] {
				problem = name + " cannot be a condition of itself"
			}
			r.fail(at, problem, "name the parameter of another axis")
			return false
		case axis >= 0 && r.sweep.dependsOn(axis, x.vary):
			r.fail(at, fmt.Sprintf("whether %s varies depends on itself", x.vary[0]), "name the parameter of another axis"+follows)
			return false
		}
	}
	for _, name := range x.vary {
		r.sweep.places[varyPlace(name)] = item.Place()
	}
	r.sweep.restrictions = append(r.sweep.restrictions, x)
	return true
}

// varyPlace is the key of the place of the last [[only_if]] that names a parameter in vary.
func varyPlace(name string) string { return "only_if " + name }

// checkHold reports conditions that never hold. All restrictions must be known.
func (r onlyIfReader) checkHold(items []*document.Node) {
	for i, x := range r.sweep.restrictions {
		for _, cond := range x.conditions {
			if r.sweep.holdsNever(cond) {
				r.fail(r.conditionPlace(items[i], cond.name), fmt.Sprintf("the condition on %s never holds", cond.name),
					"compare it with [axes] and [parameters]")
			}
		}
	}
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
	name := s.following(cond.name)
	fixed, known := s.fixed(name)
	i := s.axisOf(name)
	if i < 0 || s.restricted(i) {
		if !known || cond.set[fixed] {
			return false
		}
		if i < 0 {
			return true
		}
	}
	for _, c := range s.axes[i].columns {
		if c.name == name {
			return !slices.ContainsFunc(c.values, func(v sim.Value) bool { return cond.set[v] })
		}
	}
	return false
}

// Conditional returns the parameters whose axes vary only where an [[only_if]] holds. A task that does not set one of them has the
// parameter's default value, which has no meaning of its own.
func (s *Sweep) Conditional() (names []string) {
	for i, a := range s.axes {
		if !s.restricted(i) {
			continue
		}
		for _, c := range a.columns {
			names = append(names, c.name)
		}
	}
	return names
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
	visited := map[int]bool{}
	var visit func(axis int) bool
	visit = func(axis int) bool {
		if axis < 0 || visited[axis] {
			return false
		}
		visited[axis] = true
		if slices.ContainsFunc(names, func(name string) bool { return s.axisOf(name) == axis }) {
			return true
		}
		for _, x := range s.restrictions {
			if s.varies(x, axis) && slices.ContainsFunc(x.conditions, func(c condition) bool { return visit(s.axisOf(s.following(c.name))) }) {
				return true
			}
		}
		return false
	}
	return visit(axis)
}

// idle returns a parameter with an [[only_if]] whose axis varies for no combination; "" if there is
// none. It does not look at the combinations of PERTURB, which depend on the sources, and at too many combinations.
func (s *Sweep) idle() string {
	for _, x := range s.restrictions {
		if slices.ContainsFunc(x.conditions, func(c condition) bool {
			// Without its own axis, numint.every_n may follow an axis that varies depending on it.
			return s.holdsNever(c) || s.dependsOn(s.axisOf(s.following(c.name)), x.vary)
		}) {
			return x.vary[0]
		}
	}
	if len(s.restrictions) == 0 || !s.experiment.Trains() {
		return ""
	}
	left := s.neverOn((&Expansion{sweep: s, grid: newGrid(s)}).newMaker(nil).switches)
	for _, x := range s.restrictions {
		for _, name := range x.vary {
			if slices.Contains(left, s.axisOf(name)) {
				return name
			}
		}
	}
	return ""
}

// neverOn returns the restricted axes that vary for no combination. It compares only positions on axes that conditions name.
func (s *Sweep) neverOn(w *switches) []int {
	g := &grid{axes: slices.Clone(s.axes)}
	for i, a := range g.axes {
		if !w.decides(i) {
			g.axes[i].columns = []column{{values: a.columns[0].values[:1]}}
		}
	}
	left := slices.Clone(w.order)
	if g.size() > maxTasks {
		return nil
	}
	g.each(func(at []int) bool {
		if w.decide(at) {
			left = slices.DeleteFunc(left, w.vary)
		}
		return len(left) > 0
	})
	return left
}

// idleFaults reports an axis that never varies.
func (s *Sweep) idleFaults() []Fault {
	name := s.idle()
	if name == "" {
		return nil
	}
	return []Fault{s.fault("the conditions under which "+name+" varies never hold together", "compare the conditions of every [[only_if]] "+
		"that it depends on", varyPlace(name), "only_if")}
}

// forgetRestrictions adapts the restrictions to an override: its parameter is set everywhere,
// and an axis whose conditions then never hold is removed.
func (s *Sweep) forgetRestrictions(set sim.Setting) {
	s.forgetVary(func(name string) bool { return name == set.Name })
	for name := s.idle(); name != ""; name = s.idle() {
		s.removeAxis(s.axisOf(name))
		s.forgetVary(func(name string) bool { return s.axisOf(name) < 0 })
	}
}

// forgetVary removes parameters from the restrictions.
func (s *Sweep) forgetVary(forget func(name string) bool) {
	var kept []restriction
	for _, x := range s.restrictions {
		if x.vary = slices.DeleteFunc(slices.Clone(x.vary), forget); len(x.vary) > 0 {
			kept = append(kept, x)
		}
	}
	s.restrictions = kept
}

// removeAxis removes an axis, and each [[exclude]] that then matches nothing.
func (s *Sweep) removeAxis(i int) {
	removed := s.axes[i]
	s.axes = slices.Delete(slices.Clone(s.axes), i, i+1)
	tree := sim.Resolve(s.experiment, s.parameters)
	for _, c := range removed.columns {
		if s.axisOf(s.following(c.name)) < 0 {
			s.forgetExcludes(sim.Setting{Name: c.name, Value: mustLookup(c.name).Get(&tree)})
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
	visited := map[int]bool{}
	var add func(i int)
	add = func(i int) {
		if len(w.rules[i]) == 0 || visited[i] {
			return
		}
		visited[i] = true
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

// decides reports whether another axis varies depending on the position on an axis.
func (w *switches) decides(axis int) bool {
	for _, rules := range w.rules {
		if slices.ContainsFunc(rules, func(r switchRule) bool { return r.varies && r.column.axis == axis }) {
			return true
		}
	}
	return false
}

// vary reports whether an axis varies for the current combination.
func (w *switches) vary(axis int) bool { return w.always || w.on[axis] }
