package catalog

import (
	"iter"
	"slices"

	"eisweep/sweeps"
)

// taskTable holds the histories of tasks, by id (task_slots.go). There may be millions, and almost all tasks have one line. Rows
// hold such lines without pointers, so the garbage collector does not scan them. The zero value is an empty table.
type taskTable struct {
	slots   []uint32 // open addressing by the hash of an id: the row's number plus 1; 0 is free
	pages   []*[pageRows]taskRow
	rows    uint32   // rows that were ever used
	free    []uint32 // of those, the ones that are not used now
	several map[uint32]*History

	manifests []*manifestIndex // by the number in rows; nil for a number that is free
}

const pageRows = 1024

// taskRow is a task. If several has its number, the line is not used.
type taskRow struct {
	id  sweeps.ID
	run int32 // the highest that there ever was
	taskLine
}

// taskLine is a Ref as a row has it.
type taskLine struct {
	in              uint32 // the manifest's number plus 1; 0: the task has no line
	begin           int64
	file            uint64
	bytes, modified int64
	length, look    uint32
	lineRun         int32
	code            uint8
	state           FileState
	kind            lineKind
	hasModified     bool
}

// admit gives a manifest the number under which rows refer to it.
func (t *taskTable) admit(m *manifestIndex) {
	n := slices.Index(t.manifests, nil)
	if n < 0 {
		n, t.manifests = len(t.manifests), append(t.manifests, nil)
	}
	t.manifests[n], m.number = m, uint32(n)
}

// dismiss frees the number of a manifest to which no row refers any more.
func (t *taskTable) dismiss(m *manifestIndex) { t.manifests[m.number] = nil }

// size is the number of tasks.
func (t *taskTable) size() int { return int(t.rows) - len(t.free) }

// history returns a copy of a task's history, and whether the task is in the table.
func (t *taskTable) history(id sweeps.ID) (History, bool) {
	slot, ok := t.find(id)
	if !ok {
		return History{}, false
	}
	return t.historyOf(t.slots[slot] - 1), true
}

func (t *taskTable) historyOf(n uint32) History {
	r := t.row(n)
	if s := t.several[n]; s != nil {
		h := *s
		h.run, h.copies, h.failures = r.run, slices.Clone(h.copies), slices.Clone(h.failures)
		return h
	}
	if r.in == 0 {
		return History{run: r.run}
	}
	line := t.ref(&r.taskLine)
	if line.isFailure() {
		return History{run: r.run, newest: line.run, failures: []Ref{line}, failed: &line}
	}
	return History{run: r.run, newest: line.run, copies: []Ref{line}}
}

// put replaces a task's history, or adds the task. It returns its row, which stays the task's until it is removed.
func (t *taskTable) put(id sweeps.ID, h History) (row uint32) {
	slot, ok := t.find(id)
	if !ok {
		slot = t.add(id)
	}
	n := t.slots[slot] - 1
	r := t.row(n)
	r.run, r.taskLine = h.run, taskLine{}
	delete(t.several, n)
	switch lines := len(h.copies) + len(h.failures); {
	case lines == 1 && len(h.copies) == 1 && h.copies[0].run == h.newest && h.failed == nil:
		r.taskLine = lineOf(&h.copies[0])
	case lines == 1 && len(h.failures) == 1 && h.failures[0].run == h.newest && h.failed != nil:
		r.taskLine = lineOf(&h.failures[0])
	case lines > 0 || h.newest > 0:
		if t.several == nil {
			t.several = map[uint32]*History{}
		}
		t.several[n] = &h
	}
	return n
}

// hasLines reports whether a manifest has, or had, a line of the task in a row.
func (t *taskTable) hasLines(n uint32) bool { return t.row(n).in != 0 || t.several[n] != nil }

// mayReferTo reports whether a line of the task in a row can be of a manifest.
func (t *taskTable) mayReferTo(n uint32, m *manifestIndex) bool {
	return t.row(n).in == m.number+1 || t.several[n] != nil
}

// all ranges over the tasks and their rows, in no order. The caller may change or remove the task at hand.
func (t *taskTable) all() iter.Seq2[sweeps.ID, uint32] {
	return func(yield func(sweeps.ID, uint32) bool) {
		unused := make(map[uint32]bool, len(t.free))
		for _, n := range t.free {
			unused[n] = true
		}
		for n := range t.rows {
			if !unused[n] && !yield(t.row(n).id, n) {
				return
			}
		}
	}
}

// noteState notes what was found of the file that a task's line is about.
func (t *taskTable) noteState(id sweeps.ID, line *Ref, is FileState, look uint32) {
	slot, ok := t.find(id)
	if !ok {
		return
	}
	n := t.slots[slot] - 1
	if s := t.several[n]; s != nil {
		for i := range s.copies {
			if c := &s.copies[i]; c.in == line.in && c.begin == line.begin {
				c.state, c.look = is, look
			}
		}
		return
	}
	if r := t.row(n); r.in != 0 && t.manifests[r.in-1] == line.in && r.begin == line.begin {
		r.state, r.look = is, look
	}
}

func (t *taskTable) row(n uint32) *taskRow { return &t.pages[n/pageRows][n%pageRows] }

// ref is the reference that a row's line stands for.
func (t *taskTable) ref(l *taskLine) Ref {
	return Ref{in: t.manifests[l.in-1], begin: l.begin, file: l.file, bytes: l.bytes, modified: l.modified, length: l.length, run: l.lineRun,
		look: l.look, code: l.code, state: l.state, kind: l.kind, hasModified: l.hasModified}
}

func lineOf(s *Ref) taskLine {
	return taskLine{in: s.in.number + 1, begin: s.begin, file: s.file, bytes: s.bytes, modified: s.modified, length: s.length, lineRun: s.run,
		look: s.look, code: s.code, state: s.state, kind: s.kind, hasModified: s.hasModified}
}
