package coordinator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// What a launch takes from a sweep as it stood before.

// compare tells of what an earlier launch wanted and this one doesn't, and of a sweep that
// it resumes.
func (k *Coordinator) compare(ctx context.Context, s *SweepPlan, o Order) error {
	k.mu.Lock()
	s.Resumes = k.machine.Status(s.Name) == lifecycle.Paused && !k.machine.IsFinished(s.Name)
	wanted := k.unsettled(s.Name)
	k.mu.Unlock()
	if o.part() || len(wanted) == 0 {
		return nil
	}
	for _, t := range s.expansion.Numbered() {
		if delete(wanted, t.ID); len(wanted) == 0 {
			break
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	s.Dropped = len(wanted)
	return nil
}

// unsettled are the tasks that a sweep wants and has no outcome of.
func (k *Coordinator) unsettled(sweep string) map[sweeps.ID]bool {
	out := map[sweeps.ID]bool{}
	for id, t := range k.machine.Tasks() {
		if !t.IsSettled() && t.IsIn(sweep) {
			out[id] = true
		}
	}
	return out
}

// unreplaced are the tasks that the stored launch of a sweep has replaced and this one
// hasn't: a launch of its file doesn't know of what a rerun with --set replaced.
func unreplaced(r *root.Root, s *sweeps.Sweep) (map[sweeps.ID]bool, error) {
	out := map[sweeps.ID]bool{}
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
	for id := range stored.Replaced() {
		out[id] = true
	}
	for id := range s.Replaced() {
		delete(out, id)
	}
	return out, nil
}
