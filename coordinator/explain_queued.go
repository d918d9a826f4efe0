package coordinator

import (
	"fmt"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/workers"
	"eisweep/internal/control"
	"eisweep/sim"
	"eisweep/sweeps"
)

// explainQueued says what a queued task waits for: the most important obstacle.
func (k explainer) explainQueued(id sweeps.ID, t *lifecycle.Task, out *control.Explained) {
	if len(t.Sweeps) == 0 {
		out.Reason = "no sweep needs it at present: the last launch of its sweep was interrupted, or has not reached it yet"
		out.Remedy = "launch its sweep again"
		return
	}
	home := t.Sweeps[0]
	for _, name := range t.Sweeps {
		if k.machine.Status(name) == lifecycle.Open {
			home = name
			break
		}
	}
	if k.machine.Status(home) == lifecycle.Paused {
		out.Reason, out.Remedy = "its sweep "+home+" is paused", "`eisweep resume "+home+"`"
		return
	}
	if wait := k.attempts.Delay(id); wait > 0 {
		out.Reason = fmt.Sprintf("its last attempt failed; the next is made in %v", wait.Round(time.Second))
		return
	}
	var need int64
	if task := k.sweeps.Task(id, home); task != nil {
		need = sim.Memory(task.Experiment, task.Parameters)
	}
	k.explainIdle(home, need, out)
}

// explainIdle says why no worker takes a task of an open sweep that needs so many bytes; 0 means unknown.
func (k explainer) explainIdle(sweep string, need int64, out *control.Explained) {
	if k.explainUnanswered(out) {
		return
	}
	pool := workers.Summarize(k.workers.Known(time.Now()))
	switch {
	case pool.Known == 0 && pool.Reason != "":
		out.Reason, out.Remedy = "no worker is connected any more: "+pool.Reason, "see to that, then start new ones: `eisweep worker`"
	case pool.Known == 0:
		out.Reason, out.Remedy = "no worker is connected", "start one, here or on any machine that sees the root: `eisweep worker`"
	case pool.Connected == 0:
		out.Reason, out.Remedy = fmt.Sprintf("no worker has been heard of lately, of %d that are known", pool.Known), "`eisweep workers` tells since when; start new ones"
	case pool.Taking == 0:
		out.Reason, out.Remedy = "no worker takes tasks: "+pool.Reason, "start more workers"
	case need > 0 && pool.Memory > 0 && need > pool.Memory:
		out.Reason = fmt.Sprintf("a task needs %s of memory, and no worker has more than %s", size(need), size(pool.Memory))
		out.Remedy = "start a worker where there is more (`eisweep worker --memory SIZE` sets what tasks may take)"
	case pool.Busy >= pool.Slots:
		out.Reason = fmt.Sprintf("every slot is busy (%d of %s), with %s queued", pool.Slots, control.Count(pool.Taking, "worker"), control.Count(k.ahead(sweep), "task"))
		out.Remedy = "it comes in its turn; more workers, or a higher --priority, bring it on"
	case pool.Refused != "":
		out.Reason = "a worker has a free slot and too little memory: " + pool.Refused
		out.Remedy = "it comes in its turn where others leave the memory for it; else start a worker where there is more"
	default:
		out.Reason = "it was queued a moment ago, or handed back or failed on an attempt and is given out again after a pause; a worker has a free slot"
	}
}

// explainUnanswered says that NATS does not answer, if that is so.
func (k explainer) explainUnanswered(out *control.Explained) bool {
	silent := k.config.Queue.UnresponsiveFor()
	if silent == 0 {
		return false
	}
	out.Reason = fmt.Sprintf("NATS has not answered the coordinator for %v", silent.Round(time.Second))
	out.Remedy = "see to the NATS servers; everything goes on by itself when they answer, and what runs is not lost"
	return true
}

// ahead counts the queued tasks of the open sweeps that have this one's priority or a
// higher one.
func (k explainer) ahead(sweep string) int {
	n, own := 0, k.sweeps.Get(sweep).Priority
	for s := range k.sweeps.All() {
		if k.machine.Status(s.Name) == lifecycle.Open && s.Priority >= own {
			n += k.machine.Counts(s.Name).ToSend()
		}
	}
	return n
}

// explainSweep explains the state of a sweep.
func (k explainer) explainSweep(name string) control.Explained {
	k.mu.Lock()
	defer k.mu.Unlock()
	s, n := k.sweeps.Get(name), k.machine.Counts(name)
	out := control.Explained{Target: name, Sweep: name, State: string(k.sweeps.Status(s.Name))}
	out.Details = append(out.Details, fmt.Sprintf("%s: %d done, %d failed, %d running, %d queued, %d waiting for their sources, %d cancelled",
		control.Count(n.Total, "task"), n.Done, n.Failed, n.Running+n.Placing, n.ToSend()+n.Unreadable, n.Waiting, n.Dropped))
	switch {
	case k.sweeps.Status(s.Name) == control.Finished:
		explainComplete(name, n.Failed, &out)
		if n.Dropped > 0 {
			out.Reason, out.Remedy = fmt.Sprintf("what was run again of it is settled; never run, as it was cancelled or stopped before: %s", control.Count(n.Dropped, "task")), "launch it again: what it has done stays done"
		}
	case k.sweeps.Status(s.Name) == control.Cancelled:
		out.Reason, out.Remedy = "it was cancelled", "launch it again: what it has done stays done"
	case k.sweeps.Status(s.Name) == control.Paused:
		out.Reason, out.Remedy = "it is paused", "`eisweep resume "+name+"`"
	case n.Running > 0 && k.silentTasks(name) == n.Running:
		k.explainIdle(name, 0, &out)
		out.Reason = fmt.Sprintf("nothing has been heard for %v of the workers at its running tasks (%d), which others get after %v; %s", workers.Silence, n.Running, k.attempts.SilenceLimit(), out.Reason)
	case n.Running+n.Placing > 0:
		out.Reason = "it runs: " + control.Count(n.Running+n.Placing, "task") + " at work"
	case n.ToSend() > 0:
		k.explainIdle(name, s.Work.Least(), &out)
	default:
		out.Reason = "what is left of it (" + control.Count(n.Waiting, "task") + ") waits for sources"
		if s.Source != "" {
			out.Reason += ", of sweep " + s.Source
			out.Remedy = "`eisweep explain " + s.Source + "`"
		}
	}
	return out
}

// silentTasks counts the running tasks of a sweep that were not heard from recently.
func (k explainer) silentTasks(sweep string) (n int) {
	for r := range k.attempts.Running() {
		if r.Sweep == sweep && time.Since(r.Heard) > workers.Silence {
			n++
		}
	}
	return n
}

func explainComplete(name string, failed int, out *control.Explained) {
	out.Reason = "it is complete"
	if failed > 0 {
		out.Reason += "; " + control.Count(failed, "task") + " failed"
		out.Remedy = "`eisweep status " + name + "` names them, and how each is run again"
	}
}

// size formats a number of bytes.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d bytes", n)
}
