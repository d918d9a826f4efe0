package sweeps

import (
	"fmt"

	"eisweep/sim"
	"eisweep/sweeps/internal/document"
)

func (r *reader) readWhere(n *document.Node) {
	r.sweep.where = r.conditions(n, "[source_where]")
}

func (r *reader) readExcludes(n *document.Node) {
	for _, item := range r.tables(n, "exclude") {
		if r.full() {
			return
		}
		conditions := r.conditions(item, "[[exclude]]")
		if len(conditions) == 0 {
			if len(item.Fields) == 0 {
				r.fail(item.Key, "[[exclude]] has no condition", "name the combinations to drop, or remove it")
			}
			continue
		}
		r.sweep.places[excludePlace(len(r.sweep.excludes))] = item.Place()
		r.sweep.excludes = append(r.sweep.excludes, conditions)
	}
}

func excludePlace(i int) string { return fmt.Sprintf("exclude %d", i) }

// tables returns the elements of an array of tables.
func (r *reader) tables(n *document.Node, name string) []*document.Node {
	for _, item := range n.Items {
		if !item.IsTable() {
			r.fail(item.Place(), name+" contains something that is not a table", "write [["+name+"]] above its entries")
			return nil
		}
	}
	if n.Items == nil {
		if _, array := n.Data.([]any); !array {
			r.fail(n.Place(), name+" must be an array of tables", "write [["+name+"]]")
		}
	}
	return n.Items
}

// conditions reads the conditions for a combination or a source.
func (r *reader) conditions(n *document.Node, what string) []condition {
	var list []condition
	if seeds := n.Field("seed"); seeds != nil && n.IsTable() && what == "[source_where]" {
		list = append(list, r.seedCondition(seeds))
		n = n.Without("seed")
	}
	for _, f := range r.table(n, what) {
		var values []sim.Value
		for _, item := range f.node.Each() {
			if v, ok := r.one(f.Parameter, item); ok {
				values = append(values, v)
			}
		}
		list = append(list, newCondition(f.Name, values))
	}
	return list
}

// seedCondition reads the seeds that select a source.
func (r *reader) seedCondition(n *document.Node) condition {
	var values []sim.Value
	for _, item := range n.Each() {
		if seed, ok := r.seed(item); ok {
			values = append(values, sim.IntegerValue(int(seed)))
		}
	}
	return newCondition("seed", values)
}
