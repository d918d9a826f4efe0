package plan

import (
	"errors"
	"fmt"
	"io/fs"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// restoredTasks are the tasks that the stored launch of a sweep has replaced and this one
// hasn't: a file that is launched again doesn't have what a rerun with --set replaced.
func restoredTasks(r *root.Root, s *sweeps.Sweep) (map[sweeps.ID]bool, error) {
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
