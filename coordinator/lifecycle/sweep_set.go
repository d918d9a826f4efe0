package lifecycle

import (
	"slices"
	"strings"
)

// wants is the number of a list of sweeps: those that want a task, in the order of
// their launches. Many tasks have few lists among them. 0 is the empty list.
type wants uint32

// wantLists keeps the lists.
type wantLists struct {
	lists   [][]string
	numbers map[string]wants // by the names, joined
}

func newWantLists() wantLists {
	return wantLists{lists: [][]string{nil}, numbers: map[string]wants{"": 0}}
}

// of returns the sweeps of a list. The caller must not change it.
func (l *wantLists) of(w wants) []string { return l.lists[w] }

func (l *wantLists) has(w wants, sweep string) bool { return slices.Contains(l.lists[w], sweep) }

// with returns the list with a sweep at its end.
func (l *wantLists) with(w wants, sweep string) wants {
	if w == 0 {
		return l.number([]string{sweep})
	}
	return l.number(append(slices.Clone(l.lists[w]), sweep))
}

// without returns the list without a sweep.
func (l *wantLists) without(w wants, sweep string) wants {
	if !l.has(w, sweep) {
		return w
	}
	return l.number(slices.DeleteFunc(slices.Clone(l.lists[w]), func(s string) bool { return s == sweep }))
}

func (l *wantLists) number(list []string) wants {
	key := strings.Join(list, " ")
	n, ok := l.numbers[key]
	if !ok {
		n = wants(len(l.lists))
		l.lists, l.numbers[key] = append(l.lists, list), n
	}
	return n
}
