package records

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"strings"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// maxTaskList is the number of tasks up to which a launch's list is kept.
const maxTaskList = 1_000_000

// idLine is the length of a line of a task list, in bytes: an id and a line feed.
const idLine = 34

func taskListPath(r *root.Root, sweep string) string {
	return filepath.Join(r.SweepDir(sweep), ".launches", "tasks")
}

// StoreTasks keeps the ids of the tasks of a PERTURB sweep's latest launch. Its file alone does not determine them: they depend on the
// launch of its source as well, which may change. Longer lists than maxTaskList are not kept.
func StoreTasks(r *root.Root, sweep string, e *sweeps.Expansion) error {
	var text strings.Builder
	if e.Len() <= maxTaskList {
		for t := range e.All() {
			text.WriteString(t.ID.String() + "\n")
		}
	}
	path := taskListPath(r, sweep)
	if err := atomicfile.Mkdir(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("store the tasks of sweep %s: %w", sweep, err)
	}
	if old, err := atomicfile.Read(path, maxTaskList*idLine); err == nil && string(old) == text.String() {
		return nil
	}
	return atomicfile.Write(path, []byte(text.String()), 0o644)
}

// Tasks yields the ids that StoreTasks kept; none of a launch by an earlier version. Lines that are no ids are left out.
func Tasks(r *root.Root, sweep string) iter.Seq2[sweeps.ID, error] {
	return func(yield func(sweeps.ID, error) bool) {
		text, err := atomicfile.Read(taskListPath(r, sweep), maxTaskList*idLine)
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err != nil {
			yield(sweeps.ID{}, fmt.Errorf("read the tasks of the latest launch of %s: %w", sweep, err))
			return
		}
		for line := range strings.Lines(string(text)) {
			if id, err := sweeps.ParseID(strings.TrimSpace(line)); err == nil && !yield(id, nil) {
				return
			}
		}
	}
}
