package worker

import (
	"fmt"
	"time"
)

// Why a worker ends by itself, in order. All wrap errDrained.
var (
	errIdle     = fmt.Errorf("%w: it had no task for as long as --idle-timeout allows", errDrained)
	errDeadline = fmt.Errorf("%w: its time is nearly up", errDrained)
	errEnough   = fmt.Errorf("%w: it has run as many tasks as --max-tasks allows", errDrained)
	errOrdered  = fmt.Errorf("%w: it was told to drain", errDrained)
)

// drainTime is how long the end of a worker takes before its deadline, besides the measured time of writing
// checkpoints.
const drainTime = 10 * time.Second

// drain begins the first stage of stopping.
func (w *Worker) drain(reason error) {
	if w.fetchCtx.Err() == nil {
		w.Log.Info("the worker is ending", "worker", w.Name, "reason", reason)
	}
	w.stopFetching(reason)
	w.stopWork(reason)
}

// untilIdle drains the worker when it has had nothing to do for long enough.
func (w *Worker) untilIdle() {
	w.drainWhen(errIdle, func() time.Duration { return w.IdleTimeout - w.load.idleFor() })
}

// untilDeadline drains the worker early enough for its tasks to be handed back. A task that starts shortly
// before is not wasted: another worker continues from its checkpoint.
func (w *Worker) untilDeadline() {
	w.drainWhen(errDeadline, func() time.Duration { return time.Until(w.Deadline) - w.margin() })
}

// margin is how long before the deadline the worker drains: no more than half of its
// time.
func (w *Worker) margin() time.Duration {
	slowest := time.Duration(w.slowest.Load())
	return min(drainTime+3*slowest, w.Deadline.Sub(w.since)/2)
}

// measured notes how long it took to save a checkpoint.
func (w *Worker) measured(took time.Duration) {
	for {
		slowest := w.slowest.Load()
		if int64(took) <= slowest || w.slowest.CompareAndSwap(slowest, int64(took)) {
			return
		}
	}
}

// lookEvery is how long a time that is left counts.
const lookEvery = 10 * time.Second

// drainWhen drains the worker once no time is left.
func (w *Worker) drainWhen(reason error, left func() time.Duration) {
	for {
		rest := left()
		if rest <= 0 {
			w.drain(reason)
			return
		}
		select {
		case <-time.After(min(rest, lookEvery)):
		case <-w.fetchCtx.Done():
			return
		}
	}
}
