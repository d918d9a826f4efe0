package sweeps

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"eisweep/sim"
)

// named is a parameter with what a table says of it.
type named struct {
	*sim.Parameter
	node *node
}

// table lists the parameters of a table in the order of the text. What names no
// parameter, or one twice, is a fault.
func (r *reader) table(n *node, what string) []named {
	if !n.isTable() {
		r.fail(n.place(), what+" must be a table of parameters", "")
		return nil
	}
	var found []named
	r.descend(n, "", func(name string, leaf *node) {
		p, err := sim.Lookup(name)
		if err != nil {
			r.fail(leaf.key, err.Error(), "")
			return
		}
		found = append(found, named{p, leaf})
	})
	slices.SortStableFunc(found, func(a, b named) int { return a.node.key.start - b.node.key.start })
	return r.once(found, what)
}

// descend visits the values below a table by their dotted names.
func (r *reader) descend(n *node, prefix string, visit func(string, *node)) {
	for _, f := range n.fields {
		if r.full() {
			return
		}
		name := prefix + f.name
		if f.isTable() && !knownParameter(name) && !isRange(f) && (len(f.fields) > 0 || leadsOn(name)) {
			r.descend(f, name+".", visit)
		} else {
			visit(name, f)
		}
	}
}

// leadsOn reports whether some parameter's name begins with this one and a dot.
func leadsOn(name string) bool {
	return slices.ContainsFunc(sim.Table(), func(p *sim.Parameter) bool { return strings.HasPrefix(p.Name, name+".") })
}

// once refuses a parameter that a table gives twice, which quoted keys can do.
func (r *reader) once(found []named, what string) []named {
	seen := map[string]bool{}
	return slices.DeleteFunc(found, func(f named) bool {
		twice := seen[f.Name]
		if twice {
			r.fail(f.node.key, f.Name+" stands twice in "+what, "")
		}
		seen[f.Name] = true
		return twice
	})
}

// claim notes that a parameter is set here, and refuses it if it is set elsewhere.
func (r *reader) claim(f named) bool {
	if at, ok := r.sweep.places[f.Name]; ok && r.full() {
		return false
	} else if ok {
		line := r.text.fault(at, "", "").Line
		r.fail(f.node.key, fmt.Sprintf("%s is set twice: also in line %d", f.Name, line), "a parameter stands in one of [parameters], [axes] and [[together]], once")
		return false
	}
	r.sweep.places[f.Name] = f.node.place()
	return true
}

// one reads a single value of a parameter.
func (r *reader) one(p *sim.Parameter, n *node) (sim.Value, bool) {
	if _, list := n.data.([]any); list || n.isTable() {
		r.wrongValue(p, n.place(), p.Name+" wants one value here", "several values belong under [axes] or [[together]]; legal: "+p.Legal)
		return sim.Value{}, false
	}
	v, err := p.Check(n.data)
	if _, real := n.data.(float64); n.isTime() || real && p.Kind != sim.Real {
		err = p.Refuse(r.called(n)) // as it is written
	}
	if err != nil {
		r.wrongValue(p, n.place(), p.Name+": "+err.Error(), meant(p, n.data))
	}
	return v, err == nil
}

// wrongValue is fail for the value of a parameter.
func (r *reader) wrongValue(p *sim.Parameter, at span, problem, remedy string) {
	r.wrong[p.Name] = true
	r.fail(at, problem, remedy)
}

// meant proposes the value that was probably meant.
func meant(p *sim.Parameter, x any) string {
	if f, ok := x.(float64); ok && p.Kind == sim.Integer && f == math.Trunc(f) && math.Abs(f) < 1e9 {
		return fmt.Sprintf("write %.0f", f)
	}
	word, ok := x.(string)
	if !ok {
		return ""
	}
	if _, err := p.Parse(word); err == nil {
		return "remove the quotes: write " + word
	}
	for _, c := range p.Choices {
		if strings.EqualFold(c, word) {
			return "did you mean " + c + "?"
		}
	}
	if near := nearest(word, p.Choices); near != "" {
		return "did you mean " + near + "?"
	}
	return ""
}

func (r *reader) readParameters(n *node) {
	for _, f := range r.table(n, "[parameters]") {
		if !r.claim(f) {
			continue
		}
		if v, ok := r.one(f.Parameter, f.node); ok {
			r.sweep.parameters = append(r.sweep.parameters, sim.Setting{Name: f.Name, Value: v})
		}
	}
	sortSettings(r.sweep.parameters)
}
