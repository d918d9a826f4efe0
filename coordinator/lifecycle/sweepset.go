package lifecycle

import (
	"slices"
	"strings"
)

// sweepSet is the number of a list of sweeps: those that want a task, in the order of their
// launches. Many tasks share few lists. 0 is the empty list.
type sweepSet uint32

// sweepSets keeps the lists.
type sweepSets struct {
	lists   [][]string
	numbers map[string]sweepSet // by the names, joined
}

func newSweepSets() sweepSets {
	return sweepSets{lists: [][]string{nil}, numbers: map[string]sweepSet{"": 0}}
}

// of returns the sweeps of a list. The caller must not change it.
func (l *sweepSets) of(s sweepSet) []string { return l.lists[s] }

func (l *sweepSets) has(s sweepSet, sweep string) bool { return slices.Contains(l.lists[s], sweep) }

// with returns the list with a sweep at its end.
func (l *sweepSets) with(s sweepSet, sweep string) sweepSet {
	return l.number(append(slices.Clone(l.lists[s]), sweep))
}

// without returns the list without a sweep.
func (l *sweepSets) without(s sweepSet, sweep string) sweepSet {
	if !l.has(s, sweep) {
		return s
	}
	return l.number(slices.DeleteFunc(slices.Clone(l.lists[s]), func(name string) bool { return name == sweep }))
}

func (l *sweepSets) number(list []string) sweepSet {
	key := strings.Join(list, " ")
	n, ok := l.numbers[key]
	if !ok {
		n = sweepSet(len(l.lists))
		l.lists, l.numbers[key] = append(l.lists, list), n
	}
	return n
}
