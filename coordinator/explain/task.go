package explain

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/internal/units"
	"eisweep/sim"
	"eisweep/sweeps"
)

// unsettled explains a task that is not settled; not ok if the coordinator knows no such task.
func (x *Explainer) unsettled(id sweeps.ID) (out control.Explained, ok bool) {
	x.Core.Lock()
	defer x.Core.Unlock()
	t, ok := x.Core.Machine().Task(id)
	if !ok || t.IsSettled() {
		return out, false
	}
	return x.task(id, t), true
}

// task explains a task that is not settled.
func (x *Explainer) task(id sweeps.ID, t lifecycle.Task) control.Explained {
	out := control.Explained{Target: id.String()}
	for i, name := range t.Sweeps {
		if i == 0 {
			out.Sweep = name
		}
		if task := x.Sweeps.Task(id, name); task != nil {
			out.Details = append(out.Details, "file: "+name+"/"+task.File)
		}
	}
	switch t.Phase {
	case lifecycle.Waiting:
		out.State = "waiting"
		x.source(id, &out)
	case lifecycle.Pending, lifecycle.Queued:
		out.State = "pending"
		x.queued(id, &t, &out)
	case lifecycle.Unreadable:
		out.State = "held"
		out.Reason = "no worker can read its message in the queue: " + x.Core.Reason(id)
		out.Remedy = "start coordinator and workers from the same program, then launch the sweep again"
	default:
		out.State = "running"
		x.running(id, &out)
	}
	out.Details = append(out.Details, fmt.Sprintf("run %d", t.Run))
	return out
}

func (x *Explainer) source(id sweeps.ID, out *control.Explained) {
	from := x.Core.Machine().Source(id)
	name := from.String()
	if task := x.Sweeps.Task(id, out.Sweep); task != nil && task.Source != nil {
		name = task.Source.Sweep + "/" + task.Source.File
	}
	out.Reason = "it waits for its source " + name
	if s, ok := x.Core.Machine().Task(from); ok {
		why := x.task(from, s)
		out.Reason += ", which is " + why.State + ": " + why.Reason
		out.Remedy = why.Remedy
	}
}

// queued says what a queued task waits for: the most important obstacle.
func (x *Explainer) queued(id sweeps.ID, t *lifecycle.Task, out *control.Explained) {
	if len(t.Sweeps) == 0 {
		out.Reason = "no sweep needs it at present: the last launch of its sweep was interrupted, or has not reached it yet"
		out.Remedy = "launch its sweep again"
		return
	}
	home := t.Sweeps[0]
	for _, name := range t.Sweeps {
		if x.Core.Machine().Status(name) == lifecycle.Open {
			home = name
			break
		}
	}
	if x.Core.Machine().Status(home) == lifecycle.Paused {
		out.Reason, out.Remedy = "its sweep "+home+" is paused", "`eisweep resume "+home+"`"
		return
	}
	if wait := x.Attempts.Delay(id); wait > 0 {
		out.Reason = fmt.Sprintf("its last attempt failed; the next starts in %s", units.Duration(wait))
		return
	}
	var need int64
	if task := x.Sweeps.Task(id, home); task != nil {
		need = sim.Memory(task.Experiment, task.Parameters)
	}
	x.idle(home, id, need, out)
}

func (x *Explainer) running(id sweeps.ID, out *control.Explained) {
	r := x.Attempts.Of(id)
	if r == nil {
		out.Reason = "a worker is running it"
		return
	}
	state := r.State(time.Now())
	Running(&state, out)
	if state.Silent && !x.unanswered(out) {
		out.Reason = fmt.Sprintf("attempt %d on worker %s (%s): last heartbeat %s ago, so its worker is dead, overloaded or cut off; "+
			"%s after it another worker gets the task",
			r.Attempt, r.Worker, r.Host, units.Duration(state.HeardAgo()), units.Duration(x.Attempts.SilenceLimit()))
		out.Remedy = "`eisweep logs " + id.String() + "` shows the log of the attempt, `eisweep workers` the connected workers"
	}
}

// Running explains a task that runs.
func Running(r *control.RunningTask, out *control.Explained) {
	out.Reason = fmt.Sprintf("it runs on worker %s (%s) since %s, attempt %d", r.Worker, r.Host, r.Since.Local().Format(time.DateTime),
		r.Attempt)
	if r.Progress.Trials > 0 {
		out.Details = append(out.Details, fmt.Sprintf("trial %d of %d", r.Progress.Trial, r.Progress.Trials))
	}
	if r.Silent {
		out.Details = append(out.Details, fmt.Sprintf("last heartbeat %s ago", units.Duration(r.HeardAgo())))
	} else if r.LeftKnown {
		out.Details = append(out.Details, fmt.Sprintf("about %s left", units.Duration(r.Left)))
	}
}

// lastAttempt says by whom and when a task was settled, as far as its line has that. A task that
// failed with its source was not attempted.
func lastAttempt(l *manifest.Line) string {
	ended := "ended " + l.Finished.Local().Format(time.DateTime)
	if l.Attempt == 0 {
		return fmt.Sprintf("run %d, %s", l.Run, ended)
	}
	return fmt.Sprintf("run %d, attempt %d on %s by %s, %s, %s", l.Run, l.Attempt, l.Host, l.Worker, units.Seconds(l.Seconds), ended)
}

// suspicions are why the result of a line is suspect, with the parameters that usually cause it; none if it is not.
func suspicions(l *manifest.Line) (out []string) {
	for _, r := range l.Quality.Reasons(l.Experiment) {
		out = append(out, "its result is suspect ("+r.Name+"): "+r.String())
	}
	return out
}

// settled explains a settled task from the manifests, or a task of a cancelled sweep. Both may take long.
func (x *Explainer) settled(ctx context.Context, id sweeps.ID) (control.Explained, error) {
	out := control.Explained{Target: id.String()}
	x.Catalog.Index()
	l, err := x.Catalog.Latest(id)
	if err != nil {
		return out, err
	}
	if l == nil {
		return x.cancelled(ctx, id)
	}
	return OfLine(id, l), nil
}

// OfLine explains a settled task from the last line that a manifest has of it.
func OfLine(id sweeps.ID, l *manifest.Line) control.Explained {
	out := control.Explained{Target: id.String(), Sweep: l.Sweep, State: string(l.State), Details: []string{lastAttempt(l)}}
	switch l.State {
	case manifest.Done:
		out.Reason = "it is done: " + filepath.Join(l.Sweep, l.File)
		out.Details = append(out.Details, suspicions(l)...)
		return out
	case manifest.Superseded:
		out.Reason = "another task has its name now; its result is " + filepath.Join(l.Sweep, l.File)
		return out
	}
	out.Reason = fmt.Sprintf("it failed (%s): %s", l.Class, l.Error)
	out.Remedy = fmt.Sprintf("`eisweep rerun %s --task %s` runs it again", l.Sweep, id)
	if protocol.Class(l.Class).Repeats() {
		out.Remedy += "; without --set it will fail again"
	}
	if l.Class == string(protocol.Source) {
		out.Remedy = "rerun its source, which the error names; then launch " + l.Sweep + " again"
	}
	return out
}
