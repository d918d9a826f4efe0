package window

import (
	"context"
	"maps"

	"eisweep/sweeps"
)

// Check compares the orders in the queue with the tasks that the machine takes for queued. It has the window rebuilt if
// the same order is missing, or should not be there, twice in a row: it was lost, or somebody else changed the queue. An
// order that is being claimed may differ once.
func (w *Window) Check(ctx context.Context) error {
	n, err := w.config.Queue.CountTasks(ctx) // it also makes the workers' consumer again if that is gone
	if err != nil {
		return err
	}
	inQueue := map[order]bool{}
	if n > 0 {
		if err := w.config.Queue.EachTask(ctx, func(id sweeps.ID, run int) { inQueue[order{id, run}] = true }); err != nil {
			return err
		}
	}
	w.config.Core.Lock()
	defer w.config.Core.Unlock()
	before := w.wrong
	w.wrong = w.compare(inQueue)
	missing, unknown := 0, 0
	for o, isMissing := range w.wrong {
		if was, ok := before[o]; !ok || was != isMissing {
			continue
		}
		if isMissing {
			missing++
		} else {
			unknown++
		}
	}
	if missing+unknown == 0 {
		return nil
	}
	w.config.Log.Warn("the queue does not hold the tasks that were sent; they are sent again", "missing", missing, "unknown", unknown)
	w.wrong, w.rebuild = nil, true
	w.Refill()
	return nil
}

// compare returns the orders that differ from the queue: true if they are missing, false if the machine does not know
// them. One that was claimed and not acknowledged, as its worker died in between, leaves the queue when it is delivered
// again.
func (w *Window) compare(inQueue map[order]bool) map[order]bool {
	out := maps.Clone(inQueue)
	for o := range out {
		if t, ok := w.config.Core.Machine().Task(o.ID); ok && t.Run == o.Run && t.IsClaimed() {
			delete(out, o)
			continue
		}
		out[o] = false
	}
	for id, run := range w.config.Core.Machine().QueuedTasks() {
		if o := (order{id, run}); inQueue[o] {
			delete(out, o)
		} else {
			out[o] = true
		}
	}
	return out
}
