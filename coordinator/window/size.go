package window

import (
	"math"
	"time"
)

// The queue holds as many orders as the connected workers execute in Config.Ahead, within these bounds.
const (
	leastWindow  = 16
	mostWindow   = 4096
	slotsAtLeast = 2 // orders for each slot
	slotsAtMost  = 4
)

// Size is how many orders the queue is to hold for so many slots. The lock is held.
func (w *Window) Size(slots int) int {
	if slots == 0 {
		return 0
	}
	size := 0 // until a task has ended, nobody knows how long they take
	if s := w.duration.seconds; s > 0 {
		size = int(min(math.Ceil(float64(slots)*w.config.Ahead.Seconds()/s), mostWindow))
	}
	size = min(max(size, slotsAtLeast*slots, leastWindow), max(slotsAtMost*slots, mostWindow))
	if w.limit > 0 && time.Since(w.limited) < limitPause {
		size = min(size, w.limit)
	}
	return size
}

// Lasts is how long the tasks in the queue keep the connected workers busy without a coordinator; 0 if that is not known. The lock
// is held.
func (w *Window) Lasts() time.Duration {
	return w.duration.lasts(w.config.Core.Machine().Queued(), w.config.Workers.Slots(time.Now()))
}

// firstPerCost is a guess at perCost before any task has ended.
const firstPerCost = 3e-8

// duration is how long tasks take, as moving averages.
type duration struct {
	seconds float64 // 0: no task has ended
	perCost float64 // seconds for each unit of a task's cost
}

// took takes into account how many seconds a task took.
func (d *duration) took(seconds, cost float64) {
	const part = 0.1 // of the last one in the average
	if cost <= 0 {
		return
	}
	if d.seconds == 0 {
		d.seconds, d.perCost = seconds, seconds/cost
	}
	d.seconds += part * (seconds - d.seconds)
	d.perCost += part * (seconds/cost - d.perCost)
}

// lasts is how long so many tasks keep so many slots busy; 0 if that is not known.
func (d *duration) lasts(tasks, slots int) time.Duration {
	if slots == 0 {
		return 0
	}
	return time.Duration(float64(tasks) * d.seconds / float64(slots) * float64(time.Second))
}
