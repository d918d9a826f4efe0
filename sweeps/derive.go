package sweeps

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"eisweep/sim"
	"eisweep/sweeps/internal/document"
	"eisweep/sweeps/internal/expression"
)

// derivation is a parameter whose value is an expression of others.
type derivation struct {
	name       string
	text       string
	expression *expression.Expression
}

const deriveForm = `write the expression in quotes: pl.eta_i = "2 * pl.eta_e"`

// deriveReader reads [derive].
type deriveReader struct{ *reader }

func (r *reader) readDerive(n *document.Node) { deriveReader{r}.read(n) }

func (r deriveReader) read(n *document.Node) {
	var found []derivation
	for _, f := range r.table(n, "[derive]") {
		if !r.claim(f) {
			continue
		}
		if f.Kind != sim.Real && f.Kind != sim.Integer {
			r.wrongValue(f.Parameter, f.node.Key, fmt.Sprintf("%s is a %s and cannot be derived", f.Name, f.Kind), "set it under [parameters]")
		} else if d, ok := r.derivation(f); ok {
			found = append(found, d)
		}
	}
	slices.SortStableFunc(found, func(a, b derivation) int { return sim.Order(a.name) - sim.Order(b.name) })
	r.sweep.derived = r.inOrder(found)
}

// derivation reads one expression.
func (r deriveReader) derivation(f named) (derivation, bool) {
	text, ok := f.node.Data.(string)
	if !ok {
		r.wrongValue(f.Parameter, f.node.Place(), f.Name+" needs an expression here, not "+r.describe(f.node), deriveForm)
		return derivation{}, false
	}
	e, err := expression.Parse(text)
	if bad := (*expression.Error)(nil); errors.As(err, &bad) {
		r.wrongValue(f.Parameter, r.within(f.node, bad.Start, bad.End), f.Name+": "+bad.Problem, bad.Remedy)
		return derivation{}, false
	}
	for _, name := range e.Names() {
		at := r.within(f.node, name.Start, name.End)
		if p, err := sim.Lookup(name.Text); err != nil {
			r.wrongValue(f.Parameter, at, err.Error(), "")
			ok = false
		} else if p.Kind != sim.Real && p.Kind != sim.Integer {
			r.wrongValue(f.Parameter, at, fmt.Sprintf("%s is a %s and cannot be in an expression", p.Name, p.Kind), "use numbers only")
			ok = false
		}
	}
	r.sweep.places[derivePlace(f.Name)] = r.within(f.node, 0, len(text))
	return derivation{f.Name, text, e}, ok
}

// derivePlace is the key of places of the text of an expression.
func derivePlace(name string) string { return "derive " + name }

// within returns the place of a part of a text in quotes, or of the whole value if it is not
// written literally.
func (r deriveReader) within(n *document.Node, start, end int) document.Span {
	whole := n.Place()
	source := n.Source(r.text.bytes)
	text, _ := n.Data.(string)
	if len(source) != len(text)+2 || source[1:len(source)-1] != text || end <= start {
		return whole
	}
	return document.Span{Start: whole.Start + 1 + start, End: whole.Start + 1 + end}
}

// inOrder sorts derivations so that each comes after those that it needs, and reports cycles.
func (r deriveReader) inOrder(found []derivation) []derivation {
	var ordered, path []derivation
	done := map[string]bool{}
	var visit func(d derivation)
	visit = func(d derivation) {
		if i := slices.IndexFunc(path, func(x derivation) bool { return x.name == d.name }); i >= 0 {
			r.cycle(path[i:])
			return
		}
		if done[d.name] {
			return
		}
		path = append(path, d)
		for _, name := range d.expression.Names() {
			if i := slices.IndexFunc(found, func(x derivation) bool { return x.name == name.Text }); i >= 0 {
				visit(found[i])
			}
		}
		path = path[:len(path)-1]
		done[d.name] = true
		ordered = append(ordered, d)
	}
	for _, d := range found {
		visit(d)
	}
	return ordered
}

func (r deriveReader) cycle(path []derivation) {
	var names []string
	for _, d := range path {
		names = append(names, d.name)
	}
	names = append(names, path[0].name)
	r.wrong[path[0].name] = true
	r.fail(r.sweep.places[path[0].name], fmt.Sprintf("%s depends on itself: %s", names[0], strings.Join(names, " ← ")),
		"give one of them a value or an axis")
}

// derives reports whether a parameter has an expression.
func (s *Sweep) derives(name string) bool {
	return slices.ContainsFunc(s.derived, func(d derivation) bool { return d.name == name })
}

// computedFrom returns the parameters that are computed from some others, directly or not.
func (s *Sweep) computedFrom(names []string) (found []string) {
	for _, d := range s.derived { // each after those that it needs
		if slices.ContainsFunc(d.expression.Names(), func(n expression.Name) bool {
			return slices.Contains(names, n.Text) || slices.Contains(found, n.Text)
		}) {
			found = append(found, d.name)
		}
	}
	return found
}

// underived is a combination for which an expression has no legal value.
type underived struct {
	derivation
	problem, remedy string
	start, end      int // in the expression
}

// derive appends the derived parameters to the settings of a combination, except for those
// that have no legal value or need one that has none. n is its network, or nil.
func (s *Sweep) derive(n *network, own []sim.Setting) ([]sim.Setting, []*underived) {
	var bad []*underived
	missing := map[string]bool{}
	for _, d := range s.derived {
		if slices.ContainsFunc(d.expression.Names(), func(n expression.Name) bool { return missing[n.Text] }) {
			missing[d.name] = true
		} else if v, problem := s.valueOf(d, n, own); problem != nil {
			missing[d.name] = true
			bad = append(bad, problem)
		} else {
			own = append(own, sim.Setting{Name: d.name, Value: v})
		}
	}
	sortSettings(own[len(s.parameters):])
	return own, bad
}

// valueOf computes a derived parameter.
func (s *Sweep) valueOf(d derivation, n *network, own []sim.Setting) (sim.Value, *underived) {
	refuse := func(problem, remedy string, start, end int) (sim.Value, *underived) {
		return sim.Value{}, &underived{d, problem, remedy, start, end}
	}
	given := map[string]float64{}
	for _, name := range d.expression.Names() {
		v, known := s.current(n, own, name.Text)
		if !known {
			return refuse(fmt.Sprintf("the source %s does not contain %s", n.what, name.Text), "use a number", name.Start, name.End)
		}
		given[name.Text] = number(v)
	}
	x, err := d.expression.Evaluate(func(name string) float64 { return given[name] })
	if bad := (*expression.Error)(nil); errors.As(err, &bad) {
		return refuse(bad.Problem, bad.Remedy, bad.Start, bad.End)
	}
	p := mustLookup(d.name)
	var raw any = x
	if p.Kind == sim.Integer {
		whole := math.Round(x)
		if math.Abs(x-whole) > 1e-9*math.Abs(x) || math.Abs(whole) > math.MaxInt32 {
			return refuse(fmt.Sprintf("the expression gives %g, which is not an integer", x), "use round(…)", 0, len(d.text))
		}
		raw = int64(whole)
	}
	v, err := p.Check(raw)
	if err != nil {
		return refuse(err.Error(), "", 0, len(d.text))
	}
	return v, nil
}

// current returns the value of a parameter for a combination: what the sweep sets, what the
// source has, or the default.
func (s *Sweep) current(n *network, own []sim.Setting, name string) (sim.Value, bool) {
	if v, ok := settingOf(own, name); ok {
		return v, true
	}
	if n != nil {
		return n.value(mustLookup(name))
	}
	tree := sim.Resolve(s.experiment, own)
	return mustLookup(name).Get(&tree), true
}

// number returns a value as expressions use it: a real as its shortest decimal.
func number(v sim.Value) float64 {
	if x, ok := v.Any().(float64); ok {
		return x
	}
	return v.Float()
}

// underived reports a combination for which expressions have no legal value. It returns false
// when no more faults are reported.
func (c *check) underived(list []*underived, where string) bool {
	if c == nil {
		return true
	}
	c.sources = true
	for _, bad := range list {
		c.withoutValue(bad, where)
	}
	return !c.more
}

func (c *check) withoutValue(bad *underived, where string) {
	c.add("derive "+bad.name, func() Fault {
		problem := bad.name + ": " + bad.problem
		if where != "" {
			problem += " (at " + where + ")"
		}
		at, ok := c.sweep.places[derivePlace(bad.name)]
		if ok && at.End-at.Start == len(bad.text) && bad.end > bad.start {
			at = document.Span{Start: at.Start + bad.start, End: at.Start + bad.end}
		}
		return c.sweep.text.fault(at, problem, bad.remedy)
	})
}
