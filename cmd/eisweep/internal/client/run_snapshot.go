package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
	"eisweep/internal/root"
)

// runSnapshot is what a `run` or `rerun` lets other commands know: nobody can ask it.
type runSnapshot struct {
	Holder  root.Holder           `json:"holder"` // of the root's lock, when it was written
	Running []control.RunningTask `json:"running"`
}

func runSnapshotPath(r *root.Root) string { return r.Private("run.json") }

// maxRunSnapshot bounds the size of the file, in bytes: a task takes some hundred of them.
const maxRunSnapshot = 16 << 20

// WriteRunSnapshot lets other commands know which tasks run in this process, which holds the root's lock.
func WriteRunSnapshot(r *root.Root, h root.Holder, running []control.RunningTask) error {
	text, err := json.Marshal(runSnapshot{h, running})
	if err == nil {
		err = atomicfile.Write(runSnapshotPath(r), append(text, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("write running tasks: %w", err)
	}
	return nil
}

// RemoveRunSnapshot removes the file. A missing one is no error.
func RemoveRunSnapshot(r *root.Root) error {
	if err := os.Remove(runSnapshotPath(r)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove list of running tasks: %w", err)
	}
	return nil
}

// Running returns the tasks that ran in the process of a `run` a moment ago; none if that is unknown.
func (a *AbsentError) Running(r *root.Root) []control.RunningTask {
	text, err := atomicfile.Read(runSnapshotPath(r), maxRunSnapshot)
	var s runSnapshot
	if !a.HasRun() || err != nil || json.Unmarshal(text, &s) != nil {
		return nil
	}
	if h := s.Holder; h.PID != a.Holder.PID || h.Host != a.Holder.Host || !h.Since.Equal(a.Holder.Since) {
		return nil // another process left the file when it crashed
	}
	return s.Running
}
