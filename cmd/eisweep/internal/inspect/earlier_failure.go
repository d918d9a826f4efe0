package inspect

import (
	"eisweep/coordinator/catalog"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// earlierFailure is a failed attempt of a task that a later run of the task, or a replacement, has completed.
type earlierFailure struct {
	Seed     uint32    `json:"seed"`
	ID       sweeps.ID `json:"id"`
	Class    string    `json:"class"`
	Error    string    `json:"error"`
	Run      int       `json:"run"`
	By       sweeps.ID `json:"by"`       // the task that is done: the same, or its replacement
	ByFile   string    `json:"by_file"`  // its result
	Replaced bool      `json:"replaced"` // whether it is a replacement
	Kept     bool      `json:"kept"`     // whether the result is older than the failure
}

// readEarlierFailures reads from a manifest the last failure of each task that is now done, itself or by a replacement, in the
// order of the tasks.
func readEarlierFailures(r *root.Root, name string, tasks []catalog.TaskStatus) ([]earlierFailure, error) {
	failures := map[sweeps.ID]*manifest.Line{}
	for line, err := range manifest.Read(r.Manifest(name)) {
		if err != nil {
			return nil, err
		}
		if line.State == manifest.Failed {
			failures[line.ID] = &line
		}
	}
	var out []earlierFailure
	for i := range tasks {
		t := &tasks[i]
		if t.State != catalog.StateDone {
			continue
		}
		for _, id := range []sweeps.ID{t.Task.ID, t.Task.Replaces} {
			if f := failures[id]; f != nil {
				out = append(out, earlierFailure{f.Seed, id, f.Class, f.Error, f.Run, t.Task.ID, t.Task.File, id != t.Task.ID,
					id == t.Task.ID && t.Line.Run < f.Run})
			}
		}
	}
	return out, nil
}
