package plan

import (
	"errors"
	"fmt"
	"io/fs"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/records"
	"eisweep/internal/atomicfile"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// previousLaunch is the stored launch of a sweep, which a new launch takes the place of.
type previousLaunch struct {
	sweep    *sweeps.Sweep      // nil: there is none, or it cannot be understood
	replaced map[sweeps.ID]bool // tasks that it has replaced and the new launch has not
}

// readPrevious reads the launch that a new launch of a sweep takes the place of.
func readPrevious(r *root.Root, s *sweeps.Sweep) (*previousLaunch, error) {
	out := &previousLaunch{replaced: map[sweeps.ID]bool{}}
	text, err := atomicfile.Read(r.SweepFile(s.Name()), sweeps.MaxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil // it is the first
	}
	if err != nil {
		return nil, fmt.Errorf("read the launch of sweep %s: %w", s.Name(), err)
	}
	stored, err := sweeps.Parse(r.SweepFile(s.Name()), text)
	if err != nil {
		return out, nil // what nobody can understand replaces nothing
	}
	out.sweep = stored
	for id := range stored.Replaced() {
		out.replaced[id] = true
	}
	for id := range s.Replaced() {
		delete(out.replaced, id)
	}
	return out, nil
}

// countDropped counts the finished tasks of the previous launch that are not in this one. Their files are among those of
// earlier launches; a file that is in the way is a conflict instead.
func (s *Sweep) countDropped(previous *previousLaunch) error {
	if s.Restored > 0 || len(s.Gone) > 0 {
		kept, err := records.NextKept(s.planner.root, s.Name)
		if err != nil {
			return err
		}
		s.Previous = kept
	}
	if previous.sweep == nil || len(s.Gone) == 0 {
		return nil
	}
	finished, err := s.finishedBefore(previous.sweep)
	if err != nil {
		return err
	}
	d := newDifference(finished)
	for _, t := range s.Expansion.Numbered() {
		if err := s.planner.ctx.Err(); err != nil {
			return err
		}
		d.keep(&t)
	}
	if s.Restored > 0 {
		d.forgetReplacements()
	}
	s.DroppedDone, s.DroppedWhich = len(d.dropped), d.text()
	return nil
}

// finishedBefore returns those tasks of the previous launch whose results are still in place.
func (s *Sweep) finishedBefore(previous *sweeps.Sweep) (map[sweeps.ID]droppedTask, error) {
	p := s.planner
	lib := catalog.NewLibrary(p.ctx, p.catalog, p.prober, nil)
	if err := lib.UseCopies(); err != nil {
		return nil, err
	}
	e, err := previous.Expand(p.ctx, lib)
	if err != nil {
		return nil, fmt.Errorf("expand the previous launch of sweep %s: %w", s.Name, err)
	}
	gone := make(map[string]bool, len(s.Gone))
	for _, file := range s.Gone {
		gone[file] = true
	}
	out := map[sweeps.ID]droppedTask{}
	for t := range e.All() {
		if err := p.ctx.Err(); err != nil {
			return nil, err
		}
		if owner, _ := p.catalog.Owner(s.Name, t.File); gone[t.File] && owner == t.ID {
			out[t.ID] = newDroppedTask(&t)
		}
	}
	return out, s.addOrphans(out, previous, gone)
}

// addOrphans adds the finished tasks of a previous PERTURB launch whose networks its source no longer has: the launch's file no longer
// expands to them.
func (s *Sweep) addOrphans(finished map[sweeps.ID]droppedTask, previous *sweeps.Sweep, gone map[string]bool) error {
	listed := map[sweeps.ID]bool{}
	for id, err := range records.Tasks(s.planner.root, s.Name) {
		if err != nil {
			return err
		}
		if _, known := finished[id]; !known {
			listed[id] = true
		}
	}
	if len(listed) == 0 {
		return nil
	}
	for line, err := range manifest.Read(s.planner.root.Manifest(s.Name)) {
		if err != nil {
			return fmt.Errorf("look for finished tasks of sweep %s: %w", s.Name, err)
		}
		if owner, _ := s.planner.catalog.Owner(s.Name, line.File); !listed[line.ID] || !gone[line.File] || owner != line.ID {
			continue
		}
		finished[line.ID] = droppedTask{line.Seed, line.Parameters, line.Replaces != sweeps.ID{}}
		s.DroppedSource = previous.SourceName()
	}
	return nil
}
