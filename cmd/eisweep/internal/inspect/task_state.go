package inspect

import (
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/coordinator/catalog"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/quality"
	"eisweep/sweeps"
)

// StateText is the state of a task, with the class of a failure, or the names of the reasons why its result is suspect.
func StateText(t *catalog.TaskStatus) string {
	switch {
	case t.State == catalog.StateFailed && t.Line != nil:
		return "failed: " + t.Line.Class
	case t.Verdict != 0:
		return string(t.State) + ", suspect: " + strings.Join(t.Verdict.Names(), ", ")
	}
	return string(t.State)
}

// explainedText is the state of a task, with the error of a failure, or the reasons why its result is suspect.
func explainedText(t *catalog.TaskStatus) string {
	switch {
	case t.State == catalog.StateFailed && t.Line != nil:
		return StateText(t) + ": " + cli.FirstLine(t.Line.Error)
	case t.Verdict != 0:
		var reasons []string
		for _, r := range t.Line.Quality.Reasons(t.Task.Experiment) {
			reasons = append(reasons, r.String())
		}
		return StateText(t) + ": " + strings.Join(reasons, ". ")
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
	return explainedText(t)
}

// taskJSON is a line of `tasks --json`.
type taskJSON struct {
	ID      sweeps.ID `json:"id"`
	File    string    `json:"file"`
	Seed    uint32    `json:"seed"`
	State   string    `json:"state"`
	Host    string    `json:"host,omitempty"`   // where it runs
	Worker  string    `json:"worker,omitempty"` // that runs it
	Attempt int       `json:"attempt,omitempty"`
	// Suspect is null for a task without a result, or whose quality is unknown.
	Suspect *bool            `json:"suspect"`
	Reasons []quality.Reason `json:"reasons,omitempty"` // why its result is suspect
	Line    *manifest.Line   `json:"manifest"`          // null for a task that has not run yet
}

// NewTaskJSON is the line of a task.
func NewTaskJSON(t *catalog.TaskStatus, running *control.RunningTask) taskJSON {
	out := taskJSON{ID: t.Task.ID, File: t.Task.File, Seed: t.Task.Seed, State: TaskState(t, running), Line: t.Line}
	if t.State == catalog.StateDone && t.Line.Quality != nil {
		suspect := t.Verdict != 0
		out.Suspect, out.Reasons = &suspect, t.Line.Quality.Reasons(t.Task.Experiment)
	}
	if running != nil {
		out.Host, out.Worker, out.Attempt = running.Host, running.Worker, running.Attempt
	}
	return out
}
