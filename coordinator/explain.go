package coordinator

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/workers"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// Explain says why a sweep or a task, given by its id or the start of one, is not running.
func (k *Coordinator) Explain(ctx context.Context, target string) (control.Explained, error) {
	return explainer{k}.explain(ctx, target)
}

// explainer finds out why tasks and sweeps of a coordinator do not run.
type explainer struct{ *Coordinator }

func (k explainer) explain(ctx context.Context, target string) (control.Explained, error) {
	if f := k.faults.Find(target); f != nil {
		return control.Explained{Target: target, Sweep: target, State: "set aside",
			Reason: "some of its files cannot be read or written (the coordinator keeps trying): " + f.Cause, Remedy: f.Remedy}, nil
	}
	if s := k.statusOf(target); s != "" {
		return k.explainSweep(target), nil
	}
	if known, err := k.config.Root.Sweeps(); err != nil || slices.Contains(known, target) {
		return k.archive().explain(ctx, target)
	}
	id, err := k.identify(target)
	if err != nil {
		return control.Explained{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if t, ok := k.machine.Task(id); ok && !t.IsSettled() {
		return k.explainTask(id, t), nil
	}
	return k.explainSettled(id)
}

// identify finds the task whose id begins with start.
func (k explainer) identify(start string) (sweeps.ID, error) {
	if id, err := sweeps.ParseID(start); err == nil && id != (sweeps.ID{}) {
		return id, nil
	}
	found := map[sweeps.ID]bool{}
	if len(start) >= 2 && start[0] == 't' {
		k.mu.Lock()
		for id := range k.machine.Tasks() {
			if strings.HasPrefix(id.String(), start) {
				found[id] = true
			}
		}
		k.mu.Unlock()
		k.catalog.WithPrefix(start, found)
	}
	switch len(found) {
	case 0:
		return sweeps.ID{}, &control.Refusal{Kind: control.Unknown, Text: fmt.Sprintf("under %s there is no sweep %q, and no task whose id (t and 32 hex digits) begins so; `eisweep status` lists the sweeps, `eisweep tasks SWEEP` a sweep's tasks", k.config.Root.Path(), start)}
	case 1:
		for id := range found {
			return id, nil
		}
	}
	return sweeps.ID{}, &control.Refusal{Kind: control.Input, Text: fmt.Sprintf("%d tasks have ids that begin with %s: give more of it", len(found), start)}
}

// explainTask explains a task that is not settled.
func (k explainer) explainTask(id sweeps.ID, t lifecycle.Task) control.Explained {
	out := control.Explained{Target: id.String()}
	for i, name := range t.Sweeps {
		if i == 0 {
			out.Sweep = name
		}
		if task := k.sweeps.Task(id, name); task != nil {
			out.Details = append(out.Details, "file: "+name+"/"+task.File)
		}
	}
	switch t.Phase {
	case lifecycle.Waiting:
		out.State = "waiting"
		k.explainSource(id, &out)
	case lifecycle.Pending, lifecycle.Queued:
		out.State = "queued"
		k.explainQueued(id, &t, &out)
	case lifecycle.Unreadable:
		out.State = "held"
		out.Reason = "no worker can read its order: " + k.reasons[id]
		out.Remedy = "start coordinator and workers from the same program, then launch the sweep again"
	default:
		out.State = "running"
		k.explainRunning(id, &out)
	}
	out.Details = append(out.Details, fmt.Sprintf("run %d", t.Run))
	return out
}

func (k explainer) explainSource(id sweeps.ID, out *control.Explained) {
	from := k.machine.Source(id)
	name := from.String()
	if task := k.sweeps.Task(id, out.Sweep); task != nil && task.Source != nil {
		name = task.Source.Sweep + "/" + task.Source.File
	}
	out.Reason = "it waits for its source " + name
	if s, ok := k.machine.Task(from); ok {
		why := k.explainTask(from, s)
		out.Reason += ", which is " + why.State + ": " + why.Reason
		out.Remedy = why.Remedy
	}
}

func (k explainer) explainRunning(id sweeps.ID, out *control.Explained) {
	r := k.attempts.Of(id)
	if r == nil {
		out.Reason = "a worker is at it"
		return
	}
	out.Reason = fmt.Sprintf("it runs on worker %s (%s) since %s, attempt %d", r.Worker, r.Host, r.Since.Local().Format(time.DateTime), r.Attempt)
	if r.Progress.Trials > 0 {
		out.Details = append(out.Details, fmt.Sprintf("trial %d of %d", r.Progress.Trial, r.Progress.Trials))
	}
	if r.LeftKnown {
		out.Details = append(out.Details, fmt.Sprintf("about %v left", r.Left.Round(time.Second)))
	}
	if ago := time.Since(r.Heard); ago > workers.Silence && !k.explainUnanswered(out) {
		out.Reason = fmt.Sprintf("attempt %d on worker %s (%s) has not been heard for %v: its worker is dead or cut off, and another gets the task %v after the last sign of life",
			r.Attempt, r.Worker, r.Host, ago.Round(time.Second), k.attempts.SilenceLimit())
		out.Remedy = "`eisweep logs " + id.String() + "` has what the attempt said; `eisweep workers` which workers are there"
	}
}

// lastAttempt says by whom and when a task was settled, as far as its line has that. A task that
// failed with its source was not attempted.
func lastAttempt(l *manifest.Line) string {
	ended := "ended " + l.Finished.Local().Format(time.DateTime)
	if l.Attempt == 0 {
		return fmt.Sprintf("run %d, %s", l.Run, ended)
	}
	return fmt.Sprintf("run %d, attempt %d on %s by %s, %.1f s, %s", l.Run, l.Attempt, l.Host, l.Worker, l.Seconds, ended)
}

// explainSettled explains a settled task from the manifests.
func (k explainer) explainSettled(id sweeps.ID) (control.Explained, error) {
	out := control.Explained{Target: id.String()}
	l, err := k.catalog.Latest(id)
	switch {
	case err != nil:
		return out, err
	case l == nil:
		return out, &control.Refusal{Kind: control.Unknown, Text: fmt.Sprintf("no sweep that was launched here has task %s, and no manifest: it may have been cancelled; launch its sweep", id)}
	}
	out.Sweep, out.State = l.Sweep, string(l.State)
	out.Details = append(out.Details, lastAttempt(l))
	switch l.State {
	case manifest.Done:
		out.Reason = "it is done: " + filepath.Join(l.Sweep, l.File)
		return out, nil
	case manifest.Superseded:
		out.Reason = "another task has its name now; its result is " + filepath.Join(l.Sweep, l.File)
		return out, nil
	}
	out.Reason = fmt.Sprintf("it failed (%s): %s", l.Class, l.Error)
	out.Remedy = fmt.Sprintf("`eisweep rerun %s --task %s` runs it again", l.Sweep, id)
	if protocol.Class(l.Class).Repeats() {
		out.Remedy += "; without --set it will fail again"
	}
	if l.Class == string(protocol.Source) {
		out.Remedy = "rerun its source, which the error names; then launch " + l.Sweep + " again"
	}
	return out, nil
}
