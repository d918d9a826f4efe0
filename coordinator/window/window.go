package window

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"eisweep/coordinator/attempts"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/workers"
	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sweeps"
)

// Core is what the window needs of the coordinator. Its lock guards the state machine and the window's state. All
// methods except Lock and Unlock are called with the lock held.
type Core interface {
	sync.Locker
	Machine() *lifecycle.Machine
	// Step feeds an event to the machine and carries out what follows.
	Step(lifecycle.Event)
	// Flush makes what was carried out durable. It may release the lock for a while before it does anything.
	Flush()
	// Failure is why the coordinator cannot continue; nil if it can.
	Failure() error
	// Fail says why the coordinator cannot continue.
	Fail(error)
	// CheckOwnership waits until a write may start, and releases the lock meanwhile. The error says that the root is
	// lost, or is ctx's.
	CheckOwnership(ctx context.Context) error
	// Announce wakes those who wait for a change.
	Announce()
	// SetReason keeps the error of a task that is about to fail; "" drops it.
	SetReason(sweeps.ID, string)
	// Task makes a task as a sweep names it; nil if the sweep does not want it.
	Task(id sweeps.ID, sweep string) *sweeps.Task
	// Outcome is the outcome of a run that was committed and is not settled; nil if there is none.
	Outcome(id sweeps.ID, run int) *protocol.Outcome
	// Input says where a worker finds a file. The error wraps ErrGone if it is certain that the file no longer exists.
	Input(*sweeps.Input) (protocol.InputRef, error)
	// Block has a task wait because of an error that may go away, and feeds TaskReady to the machine when it has.
	Block(lifecycle.Candidate, error)
}

// ErrGone says that the file that a task starts from no longer exists.
var ErrGone = errors.New("its file is gone, or is not what the manifest says")

// Config says what a window works with.
type Config struct {
	Core     Core
	Queue    *queue.Queue
	Attempts *attempts.Tracker
	Workers  *workers.Table
	Log      *slog.Logger
	// Ahead is for how long the queue holds work for the connected workers.
	Ahead time.Duration
}

// Times of the window.
const (
	rebuildPause = 500 * time.Millisecond // between two withdrawals of all orders
	limitPause   = time.Minute            // until more orders are tried than the queue had room for
	sendPause    = time.Second            // after orders that could not be sent
	fillEvery    = 5 * time.Second        // between two checks without news: workers come and go
)

// Window is what the coordinator knows about the orders in the queue.
type Window struct {
	config Config
	news   chan struct{} // something may have to be sent

	// Guarded by the core's lock.
	rebuild  bool      // the queue may hold other orders than the machine takes for queued
	rebuilt  time.Time // when all orders were last withdrawn
	open     time.Time // before that nothing is sent: workers may still enter their attempts
	relist   bool      // then the files of attempts are listed again: some attempts may have ended without an entry
	limit    int       // how many orders the queue had room for; 0 is any number
	limited  time.Time // when that was
	duration duration  // of tasks
	// The last order of a task that fails if its attempt is lost. Such tasks are sent one at a time: one of them may kill every
	// worker that runs it, and the others then fail with it. The next one is sent once this one has left a checkpoint.
	lastChance order
	scarce     map[order]int64 // bytes that the orders need which some worker lacks
	wrong      map[order]bool  // how the queue differed at the last check: orders that were missing, or unknown (false)
}

// order is an order to execute a task.
type order struct {
	ID  sweeps.ID
	Run int
}

// New makes a window that takes the queue for unknown.
func New(c Config) *Window {
	return &Window{
		config:   c,
		news:     make(chan struct{}, 1),
		rebuild:  true,
		duration: duration{perCost: firstPerCost},
		scarce:   map[order]int64{},
	}
}

// Refill has the window checked soon. The lock need not be held.
func (w *Window) Refill() {
	select {
	case w.news <- struct{}{}:
	default:
	}
}

// OpenAfter has nothing sent for so long. The lock is held.
func (w *Window) OpenAfter(pause time.Duration) {
	w.open = time.Now().Add(pause)
	w.relist = w.relist || pause > 0
}

// Held is for how long nothing is sent yet. The lock is held.
func (w *Window) Held() time.Duration { return max(time.Until(w.open), 0) }

// Took takes in how many seconds a task took that costs so much. The lock is held.
func (w *Window) Took(seconds, cost float64) { w.duration.took(seconds, cost) }

// Work keeps the window full until ctx ends.
func (w *Window) Work(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-w.news:
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		timer.Reset(w.Fill(ctx))
	}
}

// Fill withdraws the orders that should not be executed next, sends those that should, and returns when to
// check again.
func (w *Window) Fill(ctx context.Context) time.Duration {
	if !w.mustFill() || !w.maySend(ctx) {
		return fillEvery
	}
	pause := w.releaseDelayed()
	isBusy := w.hasLastChance()
	wait, err := w.withdraw(ctx)
	switch {
	case err != nil:
		return sendPause
	case wait > 0:
		return wait
	}
	if err := w.listLeftovers(); err != nil {
		w.config.Log.Warn("no task is sent until the files of earlier attempts can be listed", "error", err)
		return sendPause
	}
	w.config.Core.Lock()
	list := w.choose(isBusy)
	w.config.Core.Unlock()
	if len(list) == 0 {
		return pause
	}
	n, err := w.config.Queue.PublishTasks(ctx, list)
	if err == nil {
		return 0
	}
	w.config.Core.Lock()
	defer w.config.Core.Unlock()
	w.rebuild = true
	if errors.Is(err, natsconn.ErrLimit) {
		w.limit, w.limited = max(1, w.config.Core.Machine().Queued()-len(list)+n), time.Now()
	}
	if ctx.Err() == nil {
		w.config.Log.Warn("tasks could not be sent and are sent again", "tasks", len(list)-n, "error", err)
	}
	return sendPause
}

// listLeftovers lists, once after the window was held, the files of attempts whose entries in the register were lost and whose
// workers did not come back to enter them again. Their tasks continue from these files.
func (w *Window) listLeftovers() error {
	w.config.Core.Lock()
	must := w.relist
	w.config.Core.Unlock()
	if !must {
		return nil
	}
	if err := w.config.Attempts.ListLeftovers(); err != nil {
		return err
	}
	w.config.Core.Lock()
	defer w.config.Core.Unlock()
	w.relist = false
	return nil
}

// releaseDelayed lets tasks be sent that were delayed long enough, and returns how long until the next one, at most
// fillEvery.
func (w *Window) releaseDelayed() time.Duration {
	w.config.Core.Lock()
	defer w.config.Core.Unlock()
	return w.config.Attempts.ReleaseDelayed(fillEvery)
}

// mustFill reports whether orders may have to be withdrawn or sent.
func (w *Window) mustFill() bool {
	w.config.Core.Lock()
	defer w.config.Core.Unlock()
	return w.rebuild || w.config.Core.Machine().Disturbed() || w.config.Core.Machine().MayChoose()
}

// maySend reports whether the root is still this coordinator's: what it decided before it was cut off could
// undo what its successor did.
func (w *Window) maySend(ctx context.Context) bool {
	w.config.Core.Lock()
	defer w.config.Core.Unlock()
	err := w.config.Core.CheckOwnership(ctx)
	if err != nil && ctx.Err() == nil {
		w.config.Core.Fail(err)
	}
	return err == nil && w.config.Core.Failure() == nil
}

// withdraw removes all orders from the queue if they are not those that should be executed next. It returns how
// long to wait if that was done a moment ago.
func (w *Window) withdraw(ctx context.Context) (wait time.Duration, err error) {
	w.config.Core.Lock()
	now := time.Now()
	must := w.rebuild || w.config.Core.Machine().Disturbed()
	if wait = w.Held(); must && wait == 0 {
		wait = max(rebuildPause-now.Sub(w.rebuilt), 0)
	}
	w.config.Core.Unlock()
	if wait > 0 || !must {
		return wait, nil
	}
	err = w.config.Queue.PurgeTasks(ctx)
	w.config.Core.Lock()
	defer w.config.Core.Unlock()
	if err != nil {
		if ctx.Err() == nil {
			w.config.Core.Fail(err)
		}
		return 0, err
	}
	w.rebuild, w.rebuilt = false, now
	clear(w.scarce)
	w.config.Core.Step(lifecycle.OrdersWithdrawn{})
	w.config.Core.Announce()
	return 0, nil
}

// choose chooses the tasks to send now, and makes their orders. isBusy says that a task has its last chance now. The lock is
// held.
func (w *Window) choose(isBusy bool) []protocol.TaskMessage {
	if w.config.Core.Failure() != nil {
		return nil
	}
	now := time.Now()
	slots := w.config.Workers.Slots(now)
	size, queued := w.Size(slots), w.config.Core.Machine().Queued()
	if queued >= slots && 4*queued > 3*size || queued >= size {
		return nil
	}
	w.dropClaimed()
	s := &sender{Window: w, isBusy: isBusy || w.isQueued(w.lastChance), room: w.config.Workers.Room(now, w.config.Attempts.Load)}
	w.config.Core.Machine().Choose(size-queued, s)
	for _, e := range s.events {
		w.config.Core.Step(e)
	}
	for _, e := range s.begun {
		w.config.Attempts.Start(e)
	}
	if len(s.events)+len(s.begun) > 0 {
		w.config.Core.Flush()
	}
	return s.tasks
}

// dropClaimed forgets the scarce orders that are no longer in the queue.
func (w *Window) dropClaimed() {
	for o := range w.scarce {
		if !w.isQueued(o) {
			delete(w.scarce, o)
		}
	}
}

// hasLastChance reports whether a task that has its last chance is queued, or runs and has left no checkpoint yet. It looks at the queued
// one first: otherwise one that is claimed meanwhile would be overlooked.
func (w *Window) hasLastChance() bool {
	w.config.Core.Lock()
	isQueued := w.isQueued(w.lastChance)
	w.config.Core.Unlock()
	return isQueued || len(w.config.Attempts.UnsavedLastChances()) > 0
}

func (w *Window) isQueued(o order) bool {
	t, ok := w.config.Core.Machine().Task(o.ID)
	return ok && t.Phase == lifecycle.Queued && t.Run == o.Run
}
