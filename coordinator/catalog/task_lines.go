package catalog

import (
	"iter"
	"slices"

	"eisweep/sweeps"
)

// taskLines is a History as the catalog keeps it. There may be millions, and almost all tasks have one line.
type taskLines struct {
	only    Ref      // the only line; its zero value where there is none, or several
	several *History // nil where there is at most one
	run     int32    // the highest that there ever was
}

// task returns the lines of a task, which it adds if the catalog has none.
func (x *Catalog) task(id sweeps.ID) *taskLines {
	t := x.tasks[id]
	if t == nil {
		t = &taskLines{}
		x.tasks[id] = t
	}
	return t
}

// count is how many lines are kept.
func (t *taskLines) count() int {
	switch {
	case t.several != nil:
		return len(t.several.copies) + len(t.several.failures)
	case t.only.in != nil:
		return 1
	}
	return 0
}

// history returns a copy of what is kept.
func (t *taskLines) history() History {
	switch {
	case t.several != nil:
		h := *t.several
		h.run, h.copies, h.failures = t.run, slices.Clone(h.copies), slices.Clone(h.failures)
		return h
	case t.only.in == nil:
		return History{run: t.run}
	case t.only.isFailure():
		f := t.only
		return History{run: t.run, newest: f.run, failures: []Ref{f}, failed: &f}
	}
	return History{run: t.run, newest: t.only.run, copies: []Ref{t.only}}
}

// keep replaces what is kept.
func (t *taskLines) keep(h History) {
	t.run, t.only, t.several = h.run, Ref{}, nil
	switch lines := slices.Concat(h.copies, h.failures); {
	case len(lines) == 1 && lines[0].run == h.newest && (h.failed != nil) == lines[0].isFailure():
		t.only = lines[0]
	case len(lines) > 0 || h.newest > 0:
		t.several = &h
	}
}

// refs ranges over the results that are kept, to change what is known about their files.
func (t *taskLines) refs() iter.Seq[*Ref] {
	return func(yield func(*Ref) bool) {
		if t.several == nil {
			yield(&t.only)
			return
		}
		for i := range t.several.copies {
			if !yield(&t.several.copies[i]) {
				return
			}
		}
	}
}

// isFailure reports whether the line is about a failure.
func (s *Ref) isFailure() bool { return s.kind == failureLine }
