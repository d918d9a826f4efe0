package sweeps

import (
	"fmt"
	"slices"

	"eisweep/sim"
)

func (r *reader) readWhere(n *node) {
	r.sweep.where = r.conditions(n, "[source_where]")
}

func (r *reader) readExcludes(n *node) {
	for _, item := range r.tables(n, "exclude") {
		if r.full() {
			return
		}
		conditions := r.conditions(item, "[[exclude]]")
		if len(conditions) == 0 {
			if len(item.fields) == 0 {
				r.fail(item.key, "an [[exclude]] without a condition", "name the combinations to drop, or remove it")
			}
			continue
		}
		r.sweep.places[excludePlace(len(r.sweep.excludes))] = item.place()
		r.sweep.excludes = append(r.sweep.excludes, conditions)
	}
}

func excludePlace(i int) string { return fmt.Sprintf("exclude %d", i) }

// tables are the elements of an array of tables.
func (r *reader) tables(n *node, name string) []*node {
	for _, item := range n.items {
		if !item.isTable() {
			r.fail(item.place(), name+" holds something that is no table", "write [["+name+"]] above its entries")
			return nil
		}
	}
	if n.items == nil {
		if _, array := n.data.([]any); !array {
			r.fail(n.place(), name+" must be an array of tables", "write [["+name+"]]")
		}
	}
	return n.items
}

// conditions reads what must hold for a combination, or for a source.
func (r *reader) conditions(n *node, what string) []condition {
	var list []condition
	if seeds := n.field("seed"); seeds != nil && n.isTable() && what == "[source_where]" {
		list = append(list, r.seedCondition(seeds))
		n = n.without("seed")
	}
	for _, f := range r.table(n, what) {
		var values []sim.Value
		for _, item := range f.node.each() {
			if v, ok := r.one(f.Parameter, item); ok {
				values = append(values, v)
			}
		}
		list = append(list, newCondition(f.Name, values))
	}
	return list
}

// each is a list's elements, or the one value that it is.
func (n *node) each() []*node {
	if _, list := n.data.([]any); list {
		return n.items
	}
	return []*node{n}
}

// without is a table without one of its entries.
func (n *node) without(name string) *node {
	c := *n
	c.index = nil
	c.fields = slices.DeleteFunc(slices.Clone(n.fields), func(f *node) bool { return f.name == name })
	return &c
}

// seedCondition reads the seeds that a source may have.
func (r *reader) seedCondition(n *node) condition {
	var values []sim.Value
	for _, item := range n.each() {
		if seed, ok := r.seed(item); ok {
			values = append(values, sim.IntegerValue(int(seed)))
		}
	}
	return newCondition("seed", values)
}
