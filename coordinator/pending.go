package coordinator

import (
	"maps"
	"slices"

	"eisweep/coordinator/catalog"
	"eisweep/internal/manifest"
	"eisweep/sweeps"
)

// unwritten are the tasks with lines that are not in their manifest yet.
func (l *faultList) unwritten() map[sweeps.ID]bool {
	out := map[sweeps.ID]bool{}
	for _, f := range l.list {
		for _, l := range f.pending.lines {
			out[l.ID] = true
		}
	}
	return out
}

// takePending puts the lines that due faults keep before later ones in the batch.
func (l *faultList) takePending(b *batch) {
	for sweep, f := range l.list {
		if !f.due || f.pending.isEmpty() {
			continue
		}
		w := b.of(sweep)
		w.lines = append(f.pending.lines, w.lines...)
		maps.Copy(w.folders, f.pending.folders)
		f.pending = writing{}
	}
}

// holdsBack reports whether nothing may be written for the sweep now. The fault may be nil.
func (f *fault) holdsBack() bool { return f != nil && !f.due && !f.pending.isEmpty() }

// keep adds what could not be written.
func (f *fault) keep(w *writing) {
	f.pending.lines = append(f.pending.lines, w.lines...)
	if f.pending.folders == nil {
		f.pending.folders = map[string]bool{}
	}
	maps.Copy(f.pending.folders, w.folders)
	f.know(w.lines)
}

// know remembers results that the catalog does not have.
func (f *fault) know(lines []manifest.Line) {
	if f.unread == nil {
		f.unread = map[sweeps.ID]*catalog.Entry{}
	}
	for _, l := range lines {
		if l.State != manifest.Failed {
			f.unread[l.ID] = &catalog.Entry{Sweep: f.sweep, Line: l}
		}
	}
}

func (w *writing) isEmpty() bool { return len(w.lines) == 0 && len(w.folders) == 0 }

// unwrittenLines are the lines of a sweep that are about to be written, in order.
func (k *Coordinator) unwrittenLines(sweep string) []manifest.Line {
	var out []manifest.Line
	if f := k.faults.list[sweep]; f != nil {
		out = slices.Clone(f.pending.lines)
	}
	if w := k.batch.writes[sweep]; w != nil {
		out = append(out, w.lines...)
	}
	return out
}
