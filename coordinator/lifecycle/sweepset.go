package lifecycle

import (
	"slices"
	"strings"
)

// sweepSet is the number of a list of sweeps: those that want a task, in the order of
// their launches. Many tasks share few lists. 0 is the empty list.
type sweepSet uint32

// sweepSets keeps the lists.
type sweepSets struct {
	lists   [][]string
	numbers map[string]sweepSet // by the names, joined
}

func newSweepSets() sweepSets {
	return sweepSets{lists: [][]string{nil}, numbers: map[string]sweepSet{"": 0}}
}

// of returns the sweeps of a set. The caller must not change the slice.
func (s *sweepSets) of(n sweepSet) []string { return s.lists[n] }

func (s *sweepSets) has(n sweepSet, sweep string) bool { return slices.Contains(s.lists[n], sweep) }

// only returns the set of one sweep.
func (s *sweepSets) only(sweep string) sweepSet { return s.number([]string{sweep}) }

// with returns the set with a sweep at its end.
func (s *sweepSets) with(n sweepSet, sweep string) sweepSet {
	return s.number(append(slices.Clone(s.lists[n]), sweep))
}

// without returns the set without a sweep.
func (s *sweepSets) without(n sweepSet, sweep string) sweepSet {
	if !s.has(n, sweep) {
		return n
	}
	return s.number(slices.DeleteFunc(slices.Clone(s.lists[n]), func(name string) bool { return name == sweep }))
}

func (s *sweepSets) number(list []string) sweepSet {
	key := strings.Join(list, " ")
	n, ok := s.numbers[key]
	if !ok {
		n = sweepSet(len(s.lists))
		s.lists, s.numbers[key] = append(s.lists, list), n
	}
	return n
}
