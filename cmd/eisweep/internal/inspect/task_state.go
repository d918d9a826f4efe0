package inspect

import (
	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/coordinator/catalog"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/sweeps"
)

// StateText is the state of a task, with the class of a failure.
func StateText(t *catalog.TaskStatus) string {
	if t.State == catalog.StateFailed && t.Line != nil {
		return "failed: " + t.Line.Class
	}
	return string(t.State)
}

// failureText is the state of a task, with the error of a failure.
func failureText(t *catalog.TaskStatus) string {
	if t.State == catalog.StateFailed && t.Line != nil {
		return StateText(t) + ": " + cli.FirstLine(t.Line.Error)
	}
	return StateText(t)
}

// TaskState is the state of a task, which may be running.
func TaskState(t *catalog.TaskStatus, running *control.RunningTask) string {
	if running != nil {
		return "running"
	}
	return string(t.State)
}

// TaskStateText is the state of a task, with its progress or the error of its failure.
func TaskStateText(t *catalog.TaskStatus, running *control.RunningTask) string {
	if running != nil {
		return "running on " + running.Host + ": " + display.RunningText(running)
	}
	return failureText(t)
}

// taskJSON is a line of `tasks --json`.
type taskJSON struct {
	ID      sweeps.ID      `json:"id"`
	File    string         `json:"file"`
	Seed    uint32         `json:"seed"`
	State   string         `json:"state"`
	Host    string         `json:"host,omitempty"`   // where it runs
	Worker  string         `json:"worker,omitempty"` // that runs it
	Attempt int            `json:"attempt,omitempty"`
	Line    *manifest.Line `json:"manifest"` // null for a task that has not run yet
}

// NewTaskJSON is the line of a task.
func NewTaskJSON(t *catalog.TaskStatus, running *control.RunningTask) taskJSON {
	out := taskJSON{ID: t.Task.ID, File: t.Task.File, Seed: t.Task.Seed, State: TaskState(t, running), Line: t.Line}
	if running != nil {
		out.Host, out.Worker, out.Attempt = running.Host, running.Worker, running.Attempt
	}
	return out
}
