package sweeps

import (
	"fmt"
	"math"
	"slices"

	"eisweep/sim"
	"eisweep/sweeps/internal/document"
	"eisweep/sweeps/internal/expression"
)

// maxTasks limits the seeds and the tasks of a sweep, maxValues the values of an axis.
const (
	maxTasks  = 10_000_000
	maxValues = 1_000_000
)

var rangeKeys = []string{"from", "to", "count", "step", "scale"}

const rangeRemedy = `a range is { from = …, to = …, count = … } or { from = …, to = …, step = … }; scale = "log" goes with count`

// isRange reports whether a table looks like a range.
func isRange(n *document.Node) bool {
	return n.IsTable() && slices.ContainsFunc(n.Fields, func(f *document.Node) bool { return slices.Contains(rangeKeys, f.Name) })
}

// bounds is a range as it is written in the file.
type bounds struct {
	from, to, step float64
	count          int
	log            bool
}

// rangeValues reads a range of a parameter's values.
func (r *reader) rangeValues(p *sim.Parameter, n *document.Node) []sim.Value {
	if p.Kind != sim.Real && p.Kind != sim.Integer {
		r.wrongValue(p, n.Place(), fmt.Sprintf("%s is a %s and cannot have a range", p.Name, p.Kind), "give a list; legal: "+p.Legal)
		return nil
	}
	b, ok := r.bounds(p, n)
	if !ok {
		return nil
	}
	problem := b.check()
	if problem != "" {
		r.wrongValue(p, n.Place(), p.Name+": "+problem, rangeRemedy)
		return nil
	}
	numbers := b.values()
	if !r.room(len(numbers), n) {
		return nil
	}
	return r.checkedRange(p, n, numbers)
}

// bounds reads the entries of a range.
func (r *reader) bounds(p *sim.Parameter, n *document.Node) (bounds, bool) {
	var b bounds
	before := r.failed
	for _, f := range n.Fields {
		switch f.Name {
		case "from":
			b.from = r.bound(p, f)
		case "to":
			b.to = r.bound(p, f)
		case "step":
			b.step = r.bound(p, f)
		case "count":
			b.count = r.count(p, f)
		case "scale":
			b.log = r.scale(p, f)
		default:
			r.wrongValue(p, f.Key, "unknown key "+sim.Excerpt(f.Name)+" in a range", rangeRemedy)
		}
	}
	if r.failed == before {
		r.complete(p, n)
	}
	return b, r.failed == before
}

// complete reports entries that a range lacks, or that exclude each other.
func (r *reader) complete(p *sim.Parameter, n *document.Node) {
	has := func(name string) bool { return n.Field(name) != nil }
	for _, name := range []string{"from", "to"} {
		if !has(name) {
			r.wrongValue(p, n.Place(), fmt.Sprintf("the range of %s has no %s", p.Name, name), rangeRemedy)
		}
	}
	switch {
	case has("count") && has("step"):
		r.wrongValue(p, n.Field("step").Key, "a range has count or step, not both", rangeRemedy)
	case !has("count") && !has("step"):
		r.wrongValue(p, n.Place(), fmt.Sprintf("the range of %s has neither count nor step", p.Name), rangeRemedy)
	case has("step") && has("scale") && n.Field("scale").Data == "log":
		r.wrongValue(p, n.Field("step").Key, "a logarithmic range takes count, not step", rangeRemedy)
	}
}

// bound reads a number of a range: whole for an integer parameter.
func (r *reader) bound(p *sim.Parameter, n *document.Node) float64 {
	switch x := n.Data.(type) {
	case int64:
		return float64(x)
	case float64:
		if p.Kind == sim.Real && !math.IsNaN(x) && !math.IsInf(x, 0) {
			return x
		}
	}
	r.wrongValue(p, n.Place(), fmt.Sprintf("%s of %s must be a finite %s, not %s", n.Name, p.Name,
		map[sim.Kind]string{sim.Real: "number", sim.Integer: "integer"}[p.Kind], r.describe(n)), "legal: "+p.Legal)
	return 0
}

func (r *reader) count(p *sim.Parameter, n *document.Node) int {
	x, ok := n.Data.(int64)
	if !ok || x < 1 || x > maxValues {
		r.wrongValue(p, n.Place(), fmt.Sprintf("count of %s must be a positive integer up to %d, not %s", p.Name, maxValues,
			r.describe(n)), fmt.Sprintf("legal: 1 … %d", maxValues))
		return 0
	}
	return int(x)
}

func (r *reader) scale(p *sim.Parameter, n *document.Node) bool {
	if n.Data != "log" && n.Data != "linear" {
		r.wrongValue(p, n.Place(), fmt.Sprintf("scale of %s is unknown: %s", p.Name, r.describe(n)), `legal: "linear", "log"`)
	}
	return n.Data == "log"
}

// check returns what is wrong with the numbers of a range; "" if nothing is.
func (b bounds) check() string {
	switch {
	case b.log && (b.from <= 0 || b.to <= 0):
		return "a logarithmic range needs from and to > 0"
	case b.count == 1 && b.from != b.to:
		return "count is 1, but from and to differ"
	case b.count > 1 && b.from == b.to:
		return "from and to are equal"
	case b.count > 0:
		return ""
	case b.step == 0:
		return "step is 0"
	case (b.to-b.from)/b.step < 0:
		return "step leads away from to"
	case (b.to-b.from)/b.step > maxValues:
		return fmt.Sprintf("more than %d values", maxValues)
	}
	return ""
}

// values returns the numbers of a range, in float64: from + i·(to−from)/(count−1),
// from·(to/from)^(i/(count−1)), or from + i·step up to to + step·1e-6.
func (b bounds) values() []float64 {
	if b.count == 0 {
		return b.stepped()
	}
	list := make([]float64, b.count)
	for i := range list {
		switch {
		case i == 0:
			list[i] = b.from
		case b.log && i == b.count-1:
			list[i] = b.to
		case b.log:
			list[i] = b.from * expression.Power(b.to/b.from, float64(i)/float64(b.count-1))
		default:
			list[i] = b.from + float64(i)*(b.to-b.from)/float64(b.count-1)
		}
	}
	return list
}

func (b bounds) stepped() []float64 {
	var list []float64
	end := b.to + float64(b.step*1e-6)
	for i := 0; i <= maxValues+1; i++ {
		x := b.from + float64(float64(i)*b.step)
		if b.step > 0 && x > end || b.step < 0 && x < end {
			break
		}
		list = append(list, x)
	}
	return list
}

// checkedRange converts numbers to values of a parameter.
func (r *reader) checkedRange(p *sim.Parameter, n *document.Node, numbers []float64) []sim.Value {
	var values []sim.Value
	for _, x := range numbers {
		var raw any = x
		if p.Kind == sim.Integer {
			whole := math.Round(x)
			if math.Abs(x-whole) > 1e-9*math.Abs(x) {
				r.wrongValue(p, n.Place(), fmt.Sprintf("%s is an integer, but the range contains %g", p.Name, x),
					"choose count or step so that every value is a whole number")
				return nil
			}
			raw = int64(whole)
		}
		v, err := p.Check(raw)
		if err != nil {
			r.wrongValue(p, n.Place(), p.Name+": "+err.Error(), "")
			return nil
		}
		values = append(values, v)
	}
	return values
}
