package sweeps

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"eisweep/sim"
	"eisweep/sweeps/internal/document"
)

// named is a parameter with its entry in a table.
type named struct {
	*sim.Parameter
	node *document.Node
}

// table returns the parameters of a table in the order of the text. Unknown names, and names
// that appear twice, are faults.
func (r *reader) table(n *document.Node, what string) []named {
	if !n.IsTable() {
		r.fail(n.Place(), what+" must be a table of parameters", "")
		return nil
	}
	var found []named
	r.descend(n, "", func(name string, leaf *document.Node) {
		p, err := sim.Lookup(name)
		if err != nil {
			r.fail(leaf.Key, err.Error(), "")
			return
		}
		found = append(found, named{p, leaf})
	})
	slices.SortStableFunc(found, func(a, b named) int { return a.node.Key.Start - b.node.Key.Start })
	return r.once(found, what)
}

// descend visits the values below a table by their dotted names.
func (r *reader) descend(n *document.Node, prefix string, visit func(string, *document.Node)) {
	for _, f := range n.Fields {
		if r.full() {
			return
		}
		name := prefix + f.Name
		if f.IsTable() && !knownParameter(name) && !isRange(f) && (len(f.Fields) > 0 || leadsOn(name)) {
			r.descend(f, name+".", visit)
		} else {
			visit(name, f)
		}
	}
}

// leadsOn reports whether the name of some parameter begins with this name and a dot.
func leadsOn(name string) bool {
	return slices.ContainsFunc(sim.Table(), func(p *sim.Parameter) bool { return strings.HasPrefix(p.Name, name+".") })
}

// once reports a parameter that a table sets twice, which quoted keys make possible.
func (r *reader) once(found []named, what string) []named {
	seen := map[string]bool{}
	return slices.DeleteFunc(found, func(f named) bool {
		twice := seen[f.Name]
		if twice {
			r.fail(f.node.Key, f.Name+" appears twice in "+what, "")
		}
		seen[f.Name] = true
		return twice
	})
}

// claim records that a parameter is set here, and reports it if it is also set elsewhere.
func (r *reader) claim(f named) bool {
	if at, ok := r.sweep.places[f.Name]; ok && r.full() {
		return false
	} else if ok {
		line := r.text.fault(at, "", "").Line
		r.fail(f.node.Key, fmt.Sprintf("%s is set twice: also in line %d", f.Name, line),
			"set each parameter once, in [parameters], [axes], [[together]], [sample] or [derive]")
		return false
	}
	r.sweep.places[f.Name] = f.node.Place()
	return true
}

// one reads a single value of a parameter.
func (r *reader) one(p *sim.Parameter, n *document.Node) (sim.Value, bool) {
	if _, list := n.Data.([]any); list || n.IsTable() {
		r.wrongValue(p, n.Place(), p.Name+" needs a single value here",
			"several values belong under [axes] or [[together]]; legal: "+p.Legal)
		return sim.Value{}, false
	}
	v, err := p.Check(n.Data)
	if _, real := n.Data.(float64); n.IsTime() || real && p.Kind != sim.Real {
		err = p.Refuse(r.describe(n)) // as it is written
	}
	if err != nil {
		r.wrongValue(p, n.Place(), p.Name+": "+err.Error(), meant(p, n.Data))
	}
	return v, err == nil
}

// wrongValue is fail for the value of a parameter.
func (r *reader) wrongValue(p *sim.Parameter, at document.Span, problem, remedy string) {
	r.wrong[p.Name] = true
	r.fail(at, problem, remedy)
}

// meant returns a remedy with the value that was probably meant; "" if there is none.
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
	if near := sim.Nearest(word, p.Choices); near != "" {
		return "did you mean " + near + "?"
	}
	return ""
}

func (r *reader) readParameters(n *document.Node) {
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
