package catalog

import (
	"path/filepath"

	"eisweep/internal/manifest"
	"eisweep/sweeps"
)

// A file name in a manifest belongs to one task. Before a name passes to another task, a line is
// written that says where the first task's result is now. A manifest that gives one name to two
// tasks was left by a program that was killed in between, and is repaired with the lines that Conflicts returns.

// noteConflict notes that a line gives a task a name that belonged to another task, unless a line says that
// the other task's result was superseded.
func (x *Catalog) noteConflict(m *manifestIndex, file uint64, id sweeps.ID) {
	was, ok := x.owner(m, file)
	if !ok || was == id {
		return
	}
	h := x.historyOf(was)
	if last := h.LastCopy(m.sweep); last != nil && last.file == file && last.kind != supersededLine {
		m.conflicts[was] = file
	}
}

// IsSuperseded reports whether a sweep's manifest says that a task's result was superseded.
func (x *Catalog) IsSuperseded(id sweeps.ID, sweep string) bool {
	h := x.History(id)
	last := h.LastCopy(sweep)
	return last != nil && last.kind == supersededLine
}

// FileOf is the name of a task's last result by a sweep's manifest; "" when there is none, or it cannot be read.
func (x *Catalog) FileOf(sweep string, id sweeps.ID) string {
	h := x.History(id)
	last := h.LastCopy(sweep)
	if last == nil {
		return ""
	}
	l, err := x.Line(*last)
	if err != nil {
		return ""
	}
	return l.Line.File
}

// Conflicts returns corrected lines, with the state superseded, for the tasks whose names the
// manifest of a sweep also gives to others.
func (x *Catalog) Conflicts(sweep string) ([]manifest.Line, error) {
	x.mu.Lock()
	x.load(sweep)
	var spots []Ref
	if m := x.manifests[sweep]; m != nil {
		for id, file := range m.conflicts {
			for _, c := range x.historyOf(id).copies {
				if c.in == m && c.file == file {
					spots = append(spots, c)
				}
			}
		}
	}
	x.mu.Unlock()
	var out []manifest.Line
	for _, s := range spots {
		l, err := x.Line(s)
		if err != nil {
			return nil, err
		}
		aside, err := FindSuperseded(x.root.SweepDir(sweep), &l.Line)
		if err != nil {
			return nil, err
		}
		l.Line.State, l.Line.File = manifest.Superseded, filepath.ToSlash(aside)
		out = append(out, l.Line)
	}
	return out, nil
}
