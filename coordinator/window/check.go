package window

import "context"

// Check compares the queue with the machine. It has the window rebuilt if the queue holds the same wrong
// number of orders twice in a row: orders were lost, or somebody else changed the queue.
func (w *Window) Check(ctx context.Context) error {
	n, err := w.config.Queue.CountTasks(ctx)
	if err != nil {
		return err
	}
	w.config.Core.Lock()
	defer w.config.Core.Unlock()
	queued := w.config.Core.Machine().Queued()
	wrong := n - queued
	if wrong != 0 && wrong == w.miscount {
		w.config.Log.Warn("the queue holds another number of orders than were sent; they are sent again", "queue", n, "sent", queued)
		w.rebuild = true
		w.Refill()
		wrong = 0
	}
	w.miscount = wrong
	return nil
}
