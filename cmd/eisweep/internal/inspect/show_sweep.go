package inspect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/coordinator/catalog"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// tasksShown is the number of tasks without --all.
const tasksShown = 20

func (s *ShowOptions) sweep(ctx context.Context, e *cli.Env, r *root.Root, name string) error {
	status, err := selection.ReadSweep(ctx, e, r, name)
	if err != nil {
		return err
	}
	return s.status(e, r, name, status)
}

// Directory shows the sweep in a directory, such as a copy.
func (s *ShowOptions) Directory(ctx context.Context, e *cli.Env, path string) error {
	d, err := selection.OpenDirectory(path)
	if err != nil {
		return err
	}
	status, err := d.Read(ctx, e)
	if err != nil {
		return err
	}
	return s.status(e, d.Root, d.Name, status)
}

func (s *ShowOptions) status(e *cli.Env, r *root.Root, name string, status *catalog.SweepStatus) error {
	if s.JSON {
		return errors.Join(sweepJSON(e, status), status.Unread)
	}
	e.Linef("%s: %s of %s: %s", name, cli.Count(len(status.Tasks), "task"), status.Sweep.Experiment(), statesText(status))
	e.Linef("  results: %s", r.SweepDir(name))
	e.Linef("  launch:  %s", r.SweepFile(name))
	listed := s.listed(status)
	for i, t := range listed {
		if i == tasksShown && !s.All {
			e.Linef("  … and %d more (--all)", len(listed)-i)
			break
		}
		e.Linef("  %s  %s  %s", t.Task.ID, t.Task.File, explainedText(t))
	}
	return status.Unread
}

// listed returns the tasks to list: those that are not done or have suspect results, or all.
func (s *ShowOptions) listed(status *catalog.SweepStatus) []*catalog.TaskStatus {
	var out []*catalog.TaskStatus
	for i := range status.Tasks {
		if s.All || len(status.Tasks) <= tasksShown || status.Tasks[i].State != catalog.StateDone || status.Tasks[i].Verdict != 0 {
			out = append(out, &status.Tasks[i])
		}
	}
	return out
}

func statesText(status *catalog.SweepStatus) string {
	states, classes, suspects := map[catalog.State]int{}, map[string]int{}, 0
	for i := range status.Tasks {
		t := &status.Tasks[i]
		states[t.State]++
		if t.Verdict != 0 {
			suspects++
		}
		if t.State == catalog.StateFailed && t.Line != nil {
			classes[t.Line.Class]++
		}
	}
	var failures []string
	for _, c := range slices.Sorted(maps.Keys(classes)) {
		failures = append(failures, fmt.Sprintf("%s %d", c, classes[c]))
	}
	failed := cli.NonZero(states[catalog.StateFailed], "failed")
	if failed != "" {
		failed += " (" + strings.Join(failures, ", ") + ")"
	}
	done := cli.NonZero(states[catalog.StateDone], "done")
	if suspects > 0 {
		done += fmt.Sprintf(" (%d suspect)", suspects)
	}
	return cmp.Or(cli.JoinNonEmpty(done, failed,
		cli.NonZero(states[catalog.StatePending], "pending")), "none")
}

// taskStatusJSON is a line of `show SWEEP --json`.
type taskStatusJSON struct {
	ID    sweeps.ID      `json:"id"`
	File  string         `json:"file"`
	State catalog.State  `json:"state"`
	Line  *manifest.Line `json:"manifest"` // null for a task that has not run yet
}

func sweepJSON(e *cli.Env, status *catalog.SweepStatus) error {
	out := e.Encoder()
	for i := range status.Tasks {
		t := &status.Tasks[i]
		if err := out.Encode(taskStatusJSON{t.Task.ID, t.Task.File, t.State, t.Line}); err != nil {
			return err
		}
	}
	return nil
}
