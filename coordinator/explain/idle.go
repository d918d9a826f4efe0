package explain

import (
	"fmt"
	"time"

	"eisweep/coordinator/workers"
	"eisweep/internal/control"
	"eisweep/internal/units"
	"eisweep/sweeps"
)

// idle says why no worker takes a task of an open sweep that needs so many bytes; 0 means unknown. The zero id is any task of
// the sweep.
func (x *Explainer) idle(sweep string, id sweeps.ID, need int64, out *control.Explained) {
	if x.unanswered(out) {
		return
	}
	pool := workers.Summarize(x.Workers.Known(time.Now()))
	switch {
	case pool.Known == 0 && pool.Reason != "":
		out.Reason, out.Remedy = "no worker is connected any more: "+pool.Reason, "repair that, then start new ones: `eisweep worker`"
	case pool.Known == 0:
		out.Reason, out.Remedy = "no worker is connected", "start one, here or on any machine that shares the root directory: `eisweep worker`"
	case pool.Connected == 0:
		out.Reason, out.Remedy = fmt.Sprintf(
			"no worker is connected; silent: %s",
			control.Count(pool.Known, "worker"),
		), "`eisweep workers` shows since when; start new ones"
	case pool.Taking == 0:
		out.Reason, out.Remedy = "no worker takes tasks: "+pool.Reason, "start more workers"
	case x.Held() > 0:
		out.Reason = fmt.Sprintf("workers may still run tasks that the queue has no record of: they can register them for another %s, "+
			"and nothing is sent before", units.Duration(x.Held()))
		out.Remedy = "nothing has to be done: tasks are sent then"
	case need > 0 && pool.Memory > 0 && need > pool.Memory:
		out.Reason = fmt.Sprintf("a task needs %s of memory, and no worker has more than %s", units.Size(need), units.Size(pool.Memory))
		out.Remedy = "start a worker where there is more (`eisweep worker --memory SIZE` sets what tasks may take)"
	case x.isFull(sweep):
		out.Reason = fmt.Sprintf("its sweep has as many tasks queued or running as --max-running allows (%d)", x.Sweeps.Get(sweep).Most)
		out.Remedy = "it waits for its turn; launch the sweep again with a higher --max-running to have more run at a time"
	case pool.Busy >= pool.Slots:
		out.Reason = fmt.Sprintf("every slot is busy (%d of %s)%s", pool.Slots, control.Count(pool.Taking, "worker"),
			x.ahead(sweep, id).text())
		out.Remedy = "it waits for its turn; more workers or a higher --priority let it start sooner"
	case pool.Refused != "":
		out.Reason = "a worker has a free slot and too little memory: " + pool.Refused
		out.Remedy = "it starts once other tasks leave the memory for it; otherwise start a worker with more"
	case x.ahead(sweep, id).higher != nil:
		out.Reason = "sweep " + x.ahead(sweep, id).higher[0].name + " has a higher priority, and its tasks come first" + x.ahead(sweep, id).text()
		out.Remedy = "launch it again with a higher --priority to let it start sooner"
	default:
		out.Reason = "it was queued, returned or failed a moment ago, and is sent after a pause; a worker has a free slot"
	}
}

// isFull reports whether a launched sweep may have no more tasks queued or running. The lock is held.
func (x *Explainer) isFull(sweep string) bool {
	n, most := x.Core.Machine().Counts(sweep), x.Sweeps.Get(sweep).Most
	return most > 0 && n.Queued+n.Running >= most
}

// unanswered reports that NATS does not answer, if so.
func (x *Explainer) unanswered(out *control.Explained) bool {
	silent := x.Queue.UnresponsiveFor()
	if silent == 0 {
		return false
	}
	out.Reason = fmt.Sprintf("NATS has not answered the coordinator for %s", units.Duration(silent))
	out.Remedy = "check the NATS servers; everything continues when they answer, and running tasks are not lost"
	return true
}
