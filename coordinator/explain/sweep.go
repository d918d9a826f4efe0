package explain

import (
	"fmt"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/units"
	"eisweep/sweeps"
)

// sweep explains the state of a sweep.
func (x *Explainer) sweep(name string) control.Explained {
	x.Core.Lock()
	defer x.Core.Unlock()
	s, n := x.Sweeps.Get(name), x.Core.Machine().Counts(name)
	out := control.Explained{Target: name, Sweep: name, State: string(x.Sweeps.Status(s.Name))}
	out.Details = append(out.Details, fmt.Sprintf("%s: %d done, %d failed, %d running, %d pending, %d waiting for a source, %d cancelled",
		control.Count(n.Total, "task"), n.Done, n.Failed, n.Running+n.Placing, n.ToSend()+n.Unreadable, n.Waiting, n.Dropped))
	for _, s := range x.Sweeps.Summarize(x.Root, name).Sweeps {
		out.Details = append(out.Details, s.Causes()...)
	}
	switch {
	case x.Sweeps.Status(s.Name) == control.Finished:
		Complete(name, n.Failed, &out)
		if n.Dropped > 0 {
			out.Reason, out.Remedy = fmt.Sprintf(
				"the tasks that were run again are settled; never run, since the sweep was cancelled or stopped before: %s",
				control.Count(n.Dropped, "task"),
			), "launch it again: finished tasks are kept"
		}
	case x.Sweeps.Status(s.Name) == control.Cancelled:
		out.Reason, out.Remedy = "it was cancelled", "launch it again: finished tasks are kept"
	case x.Sweeps.Status(s.Name) == control.Paused:
		out.Reason, out.Remedy = "it is paused", "`eisweep resume "+name+"`"
	case n.Running > 0 && x.silentTasks(name) == n.Running:
		x.idle(name, sweeps.ID{}, 0, &out)
		out.Reason = fmt.Sprintf("the workers of its %d running tasks have sent nothing for %s; after %s others get the tasks; %s",
			n.Running, units.Duration(control.Silence), units.Duration(x.Attempts.SilenceLimit()), out.Reason)
	case n.Running+n.Placing > 0:
		out.Reason = control.Count(n.Running+n.Placing, "task") + " running"
		if silent := x.silentTasks(name); silent > 0 {
			out.Reason += fmt.Sprintf(", %d of them on workers that have sent nothing for %s; `eisweep problems` names them", silent,
				units.Duration(control.Silence))
		}
		if s.Most > 0 && n.ToSend() > 0 {
			out.Reason += fmt.Sprintf("; --max-running lets at most %d run at a time", s.Most)
		}
	case n.ToSend() > 0:
		x.idle(name, sweeps.ID{}, s.Work.Least(), &out)
	case n.Waiting == 0 && x.Core.Machine().IsUndecided(name):
		out.Reason = "all tasks so far are settled; the coordinator decides whether points need more seeds ([until])"
		out.Remedy = "if this lasts, the coordinator's log says which result cannot be read"
	default:
		out.Reason = "every task that is left (" + control.Count(n.Waiting, "task") + ") waits for its source"
		if s.Source != "" {
			out.Reason += ", a task of " + s.Source
			out.Remedy = "`eisweep explain " + s.Source + "`"
		}
	}
	return out
}

// silentTasks counts the running tasks of a sweep that have not reported recently.
func (x *Explainer) silentTasks(sweep string) (n int) {
	for r := range x.Attempts.Running() {
		if r.Sweep == sweep && control.IsSilent(time.Since(r.Heard)) {
			n++
		}
	}
	return n
}

// Complete explains a sweep whose tasks are all settled, so many of them as failed.
func Complete(name string, failed int, out *control.Explained) {
	out.Reason = "it is complete"
	if failed > 0 {
		out.Reason += "; " + control.Count(failed, "task") + " failed"
		out.Remedy = "`eisweep status " + name + "` lists them, and how to run each again"
	}
}
