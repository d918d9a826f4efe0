package coordinator

import (
	"context"
	"errors"
	"math"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
)

// The queue holds a window of orders: as many as the connected workers execute in Config.Ahead, within these
// bounds.
const (
	leastWindow  = 16
	mostWindow   = 4096
	slotsAtLeast = 2 // orders for each slot
	slotsAtMost  = 4
)

// Times of the window.
const (
	rebuildPause = 500 * time.Millisecond // between two withdrawals of all orders
	limitPause   = time.Minute            // until more orders are tried than the queue had room for
	sendPause    = time.Second            // after orders that could not be sent
)

// window is what the coordinator knows about the orders in the queue.
type window struct {
	news    chan struct{} // something may have to be sent
	rebuild bool          // the queue may hold other orders than the machine takes for queued
	rebuilt time.Time     // when all orders were last withdrawn
	open    time.Time     // before that nothing is sent: workers may still enter their attempts
	limit   int           // how many orders the queue had room for; 0 is any number
	limited time.Time     // when that was
	seconds float64       // that a task takes, as a moving average
	perCost float64       // seconds for each unit of a task's cost, likewise
	scarce  map[runKey]int64
}

// wakeWindow has the window checked soon.
func (k *Coordinator) wakeWindow() {
	select {
	case k.window.news <- struct{}{}:
	default:
	}
}

// fillAlways keeps the window full until the coordinator stops.
func (k *Coordinator) fillAlways(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-k.window.news:
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		timer.Reset(k.fill(ctx))
	}
}

// fillEvery is how often the window is checked without news: workers come and go.
const fillEvery = 5 * time.Second

// fill withdraws the orders that should not be executed next, sends those that should, and returns when to
// check again.
func (k *Coordinator) fill(ctx context.Context) time.Duration {
	if !k.mustFill() || !k.maySend(ctx) {
		return fillEvery
	}
	wait, err := k.withdraw(ctx)
	switch {
	case err != nil:
		return sendPause
	case wait > 0:
		return wait
	}
	k.mu.Lock()
	list, pause := k.choose(), k.untilDelayed(time.Now())
	k.mu.Unlock()
	if len(list) == 0 {
		return pause
	}
	n, err := k.config.Queue.PublishTasks(ctx, list)
	k.mu.Lock()
	defer k.mu.Unlock()
	if err == nil {
		return 0
	}
	k.window.rebuild = true
	if errors.Is(err, natsconn.ErrLimit) {
		k.window.limit, k.window.limited = max(1, k.machine.Queued()-len(list)+n), time.Now()
	}
	if ctx.Err() == nil {
		k.config.Log.Warn("orders could not be sent and are sent again", "orders", len(list)-n, "error", err)
	}
	return sendPause
}

// mustFill reports whether orders may have to be withdrawn or sent.
func (k *Coordinator) mustFill() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.window.rebuild || k.machine.Disturbed() || k.machine.MayChoose()
}

// untilDelayed is the time until a task whose last attempt failed may be sent, at most fillEvery.
func (k *Coordinator) untilDelayed(now time.Time) time.Duration {
	wait := fillEvery
	for id, at := range k.delayed {
		if !at.After(now) {
			delete(k.delayed, id)
		} else {
			wait = min(wait, at.Sub(now))
		}
	}
	return wait
}

// maySend reports whether the root is still this coordinator's: what it decided before it was cut off could
// undo what its successor did.
func (k *Coordinator) maySend(ctx context.Context) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	err := k.checkOwnership(ctx)
	if err != nil && ctx.Err() == nil {
		k.fail(err)
	}
	return err == nil && k.failure == nil
}

// withdraw removes all orders from the queue if they are not those that should be executed next. It returns how
// long to wait if that was done a moment ago.
func (k *Coordinator) withdraw(ctx context.Context) (wait time.Duration, err error) {
	k.mu.Lock()
	now := time.Now()
	wait = max(k.window.open.Sub(now), 0)
	if is := k.window.rebuild || k.machine.Disturbed(); is && wait == 0 {
		wait = max(rebuildPause-now.Sub(k.window.rebuilt), 0)
	} else if !is {
		k.mu.Unlock()
		return wait, nil
	}
	k.mu.Unlock()
	if wait > 0 {
		return wait, nil
	}
	if err := k.config.Queue.PurgeTasks(ctx); err != nil {
		if ctx.Err() == nil {
			k.failNow(err)
		}
		return 0, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.window.rebuild, k.window.rebuilt = false, now
	clear(k.window.scarce)
	k.step(lifecycle.OrdersWithdrawn{})
	k.announce()
	return 0, nil
}

// choose chooses the tasks to send now, and makes their orders. The lock is held.
func (k *Coordinator) choose() []protocol.Task {
	if k.failure != nil {
		return nil
	}
	slots := k.workers.slots(time.Now())
	size, queued := k.windowSize(slots), k.machine.Queued()
	if queued >= slots && 4*queued > 3*size || queued >= size {
		return nil
	}
	s := &sender{k: k, room: k.workers.room(time.Now())}
	k.machine.Choose(size-queued, s)
	for _, e := range s.events {
		k.step(e)
	}
	for _, e := range s.begun {
		k.startAttempt(e)
	}
	if len(s.events)+len(s.begun) > 0 {
		k.flush()
	}
	return s.tasks
}

// windowSize is how many orders the queue is to hold for so many slots.
func (k *Coordinator) windowSize(slots int) int {
	if slots == 0 {
		return 0
	}
	size := mostWindow
	if w := &k.window; w.seconds > 0 {
		size = int(min(math.Ceil(float64(slots)*k.config.Ahead.Seconds()/w.seconds), mostWindow))
	}
	size = min(max(size, slotsAtLeast*slots, leastWindow), max(slotsAtMost*slots, mostWindow))
	if w := &k.window; w.limit > 0 && time.Since(w.limited) < limitPause {
		size = min(size, w.limit)
	}
	return size
}

// firstPerCost is a guess at perCost before any task has ended.
const firstPerCost = 3e-8

// took takes into account how long a task took.
func (w *window) took(seconds, cost float64) {
	const part = 0.1 // of the last one in the average
	if w.seconds == 0 {
		w.seconds, w.perCost = seconds, seconds/cost
	}
	w.seconds += part * (seconds - w.seconds)
	w.perCost += part * (seconds/cost - w.perCost)
}

// checkWindow compares the queue with the machine. It has the window rebuilt if the queue holds the same wrong
// number of orders twice in a row: orders were lost, or somebody else changed the queue.
func (k *Coordinator) checkWindow(ctx context.Context) error {
	n, err := k.config.Queue.CountTasks(ctx)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	wrong := n - k.machine.Queued()
	if wrong != 0 && wrong == k.miscount {
		k.config.Log.Warn("the queue holds another number of orders than were sent; they are sent again", "queue", n, "sent", k.machine.Queued())
		k.window.rebuild = true
		k.wakeWindow()
		wrong = 0
	}
	k.miscount = wrong
	return nil
}
