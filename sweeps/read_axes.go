package sweeps

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"eisweep/sim"
	"eisweep/sweeps/internal/document"
)

func (r *reader) readAxes(n *document.Node) {
	for _, f := range r.table(n, "[axes]") {
		if !r.claim(f) {
			continue
		}
		a := axis{columns: []column{r.column(f)}}
		r.distinct(a, []named{f})
		if a.size() > 0 {
			r.sweep.axes = append(r.sweep.axes, a)
		}
	}
}

func (r *reader) readTogether(n *document.Node) {
	for _, item := range r.tables(n, "together") {
		if r.full() {
			return
		}
		found := r.table(item, "[[together]]")
		if len(item.Fields) == 0 {
			r.fail(item.Key, "[[together]] has no parameters", "give two or more parameters with the same number of values, or remove it")
		}
		a := axis{together: true}
		for _, f := range found {
			c := column{name: f.Name}
			if r.claim(f) {
				c = r.column(f)
			}
			a.columns = append(a.columns, c)
		}
		if r.sameLength(a, found) {
			r.distinct(a, found)
			r.sweep.axes = append(r.sweep.axes, a)
		}
	}
}

// column reads the values of a parameter that varies: a list or a range.
func (r *reader) column(f named) column {
	c := column{name: f.Name}
	_, list := f.node.Data.([]any)
	switch {
	case f.node.IsTable():
		c.values = r.rangeValues(f.Parameter, f.node)
	case !list:
		r.wrongValue(f.Parameter, f.node.Place(), f.Name+" needs a list of values or a range here",
			fmt.Sprintf("write %s = [%s], or move it under [parameters]", f.Name, sim.Excerpt(f.node.Source(r.text.bytes))))
	case len(f.node.Items) == 0:
		r.wrongValue(f.Parameter, f.node.Place(), f.Name+" has no values", "give at least one, or remove the axis; legal: "+f.Legal)
	}
	if !list || !r.room(len(f.node.Items), f.node) {
		return c
	}
	for _, item := range f.node.Items {
		if v, ok := r.one(f.Parameter, item); ok {
			c.values = append(c.values, v)
		}
	}
	return c
}

// sameLength checks that parameters that vary together have the same number of values. It
// reports nothing if values of one are wrong.
func (r *reader) sameLength(a axis, found []named) bool {
	for i, c := range a.columns {
		if r.wrong[c.name] || len(c.values) == 0 {
			return false
		}
		if first := a.columns[0]; len(c.values) != len(first.values) {
			r.fail(found[i].node.Place(), fmt.Sprintf("%s has %s, but %s in the same %s has %d", c.name, countValues(len(c.values)),
				first.name, a.table(), len(first.values)),
				"parameters that vary together need the same number of values")
			return false
		}
	}
	return len(a.columns) > 0
}

// table returns the name of the table that an axis of several parameters is written as.
func (a axis) table() string {
	if a.sample != nil {
		return "[sample]"
	}
	return "[[together]]"
}

func countValues(n int) string {
	if n == 1 {
		return "1 value"
	}
	return fmt.Sprintf("%d values", n)
}

// room counts values of axes, and reports whether they are within the limit.
func (r *reader) room(more int, at *document.Node) bool {
	if r.values += more; r.values > document.MaxListed {
		r.fail(at.Place(), fmt.Sprintf("more than %d values on all axes together", document.MaxListed), "split the sweep")
	}
	return r.values <= document.MaxListed
}

// distinct reports a position on an axis with the same values as an earlier one.
func (r *reader) distinct(a axis, found []named) {
	seed, first := maphash.MakeSeed(), make(map[uint64]int, a.size())
	for i := range a.size() {
		hash := a.hash(seed, i)
		earlier, ok := first[hash]
		if !ok {
			first[hash] = i
			continue
		}
		if !a.same(i, earlier) || r.full() {
			continue
		}
		at := found[0].node.Place()
		if items := found[0].node.Items; i < len(items) {
			at = items[i].Place()
		}
		r.fail(at, fmt.Sprintf("%s: value %d is the same as value %d", a.row(i), i+1, earlier+1), a.distinction())
	}
}

// distinction returns the remedy for two equal values.
func (a axis) distinction() string {
	if slices.ContainsFunc(a.columns, func(c column) bool { return mustLookup(c.name).Kind == sim.Real }) {
		return "reals are compared as float32; remove one"
	}
	return "remove one"
}

// hash returns a hash of the values at a position of an axis.
func (a axis) hash(seed maphash.Seed, i int) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, c := range a.columns {
		maphash.WriteComparable(&h, c.values[i])
	}
	return h.Sum64()
}

// same compares the values at two positions of an axis.
func (a axis) same(i, j int) bool {
	return !slices.ContainsFunc(a.columns, func(c column) bool { return c.values[i] != c.values[j] })
}

// row returns the values at a position of an axis as text.
func (a axis) row(i int) string {
	var parts []string
	for _, c := range a.columns {
		parts = append(parts, sim.Setting{Name: c.name, Value: c.values[i]}.String())
	}
	return strings.Join(parts, " ")
}
