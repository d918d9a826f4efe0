package coordinator

import (
	"path/filepath"

	"eisweep/internal/manifest"
	"eisweep/sweeps"
)

// A file name in a manifest belongs to one task. Before a name passes to another task, a line is
// written that says where the first task's result is now. A manifest that gives one name to two
// tasks was left by a program that was killed in between, and is repaired here.

// contest notes that a line gives a task a name that belonged to another task, unless a line has
// said that the other task lost it.
func (x *index) contest(m *indexed, file uint64, id sweeps.ID) {
	was, ok := m.files[file]
	if !ok || was == id {
		return
	}
	if last := x.tasks[was].lastCopy(m.sweep); last != nil && last.file == file && !last.aside {
		m.contested[was] = file
	}
}

// isAside reports whether a sweep's manifest says that a task's result was superseded.
func (x *index) isAside(id sweeps.ID, sweep string) bool {
	h := x.of(id)
	last := h.lastCopy(sweep)
	return last != nil && last.aside
}

// claimed is the name that a sweep's manifest gives to a task and to another.
func (x *index) claimed(sweep string, id sweeps.ID) string {
	h := x.of(id)
	last := h.lastCopy(sweep)
	if last == nil {
		return ""
	}
	l, err := x.line(*last)
	if err != nil {
		return ""
	}
	return l.line.File
}

// claims returns corrected lines, with the state superseded, for the tasks whose names the
// manifest of a sweep also gives to others.
func (x *index) claims(sweep string) ([]manifest.Line, error) {
	x.mu.Lock()
	var spots []spot
	if m := x.manifests[sweep]; m != nil {
		for id, file := range m.contested {
			for _, c := range x.tasks[id].copies {
				if c.in == m && c.file == file {
					spots = append(spots, c)
				}
			}
		}
	}
	x.mu.Unlock()
	var out []manifest.Line
	for _, s := range spots {
		l, err := x.line(s)
		if err != nil {
			return nil, err
		}
		aside, err := findAside(x.root.SweepDir(sweep), &l.line)
		if err != nil {
			return nil, err
		}
		l.line.State, l.line.File = manifest.Superseded, filepath.ToSlash(aside)
		out = append(out, l.line)
	}
	return out, nil
}

// settleClaims repairs the manifests that give one name to two tasks.
func (k *Coordinator) settleClaims() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, sweep := range k.index.sweeps() {
		lines, err := k.index.claims(sweep)
		if err != nil {
			k.config.Log.Error("a manifest that gives one name to two tasks cannot be repaired", "sweep", sweep, "error", err)
		}
		for _, l := range lines {
			k.config.Log.Warn("the manifest gave one name to two tasks; the first task's result is now superseded", "sweep", sweep, "task", l.ID, "to", l.File)
			k.note(sweep, l)
		}
	}
	k.flush()
}
