package attempts

import (
	"context"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/workers"
	"eisweep/internal/events"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Core is what the tracker needs of the coordinator. Its lock guards the state machine and the tracker's state. All
// methods except Lock and Unlock are called with the lock held, unless they say otherwise.
type Core interface {
	sync.Locker
	Machine() *lifecycle.Machine
	// Step feeds an event to the machine and carries out what follows.
	Step(lifecycle.Event)
	// Flush makes what was carried out durable. It may release the lock for a while before it does anything.
	Flush()
	// Failure is why the coordinator cannot continue; nil if it can.
	Failure() error
	// OwnsRoot reports whether a write may start now. The lock need not be held.
	OwnsRoot() bool
	// SetReason keeps the error of a task that is about to fail; "" drops it.
	SetReason(sweeps.ID, string)
	// Task makes a task as a sweep names it; nil if the sweep does not want it.
	Task(id sweeps.ID, sweep string) *sweeps.Task
	// LastOutcome is the sequence of the last outcome that was taken.
	LastOutcome() uint64
	// KnowsUnwanted reports whether it is known which attempts no sweep wants.
	KnowsUnwanted() bool
	// Record adds an event to the log of events.
	Record(events.Event)
	// Refill has the window of orders checked soon. The lock need not be held.
	Refill()
}

// Config says what a tracker works with.
type Config struct {
	Core    Core
	Queue   *queue.Queue
	Root    *root.Root
	Workers *workers.Table
	Log     *slog.Logger
	// Tick is the time between two checks of which attempts are silent.
	Tick time.Duration
	// RetryDelay is the pause before the second attempt after one that failed; it doubles with each attempt.
	RetryDelay time.Duration
	Version    string // of this program
}

// run is an order to execute a task.
type run struct {
	ID  sweeps.ID
	Run int
}

// Tracker knows the attempts at the tasks of a root.
type Tracker struct {
	config       Config
	missedEchoes atomic.Int64 // ticks in a row in which the coordinator did not receive its own message
	errands      *errands
	losses       *losses // has a lock of its own

	// Guarded by the core's lock.
	Pace      Pace
	running   map[sweeps.ID]*Attempt
	onWorker  map[string]*load
	register  map[run]queue.Entry // the last event of each run that is not settled
	leftovers leftovers
	delayed   map[sweeps.ID]time.Time // until when a task whose attempt ended is not sent
	before    time.Time               // what the register says from before is in the log of events
	caughtUp  bool                    // the register was read; what it says now is new
}

// load is what runs on a worker.
type load struct {
	workers.Load
	attempts map[sweeps.ID]*Attempt
}

// New makes a tracker that knows of no attempts.
func New(c Config) *Tracker {
	return &Tracker{config: c, errands: newErrands(), losses: newLosses(), running: map[sweeps.ID]*Attempt{}, onWorker: map[string]*load{},
		register: map[run]queue.Entry{}, leftovers: leftovers{}, delayed: map[sweeps.ID]time.Time{}}
}

// Restore reads what attempts before this coordinator left: their files, and the losses of runs that are not settled,
// unless settled is nil. The log of events has what happened before a time. It is called before anything else.
func (t *Tracker) Restore(before time.Time, settled func(id sweeps.ID, run int) bool) (err error) {
	t.before = before
	if settled != nil {
		if t.losses, err = readLosses(t.config.Root, settled); err != nil {
			return err
		}
	}
	t.leftovers, err = readLeftovers(t.config.Root)
	return err
}

// ListLeftovers adds the files that attempts have left since Restore and of which the register has no entry. The lock is not
// held.
func (t *Tracker) ListLeftovers() error {
	found, err := readLeftovers(t.config.Root)
	if err != nil {
		return err
	}
	t.config.Core.Lock()
	defer t.config.Core.Unlock()
	for id, tokens := range found {
		if task, ok := t.config.Core.Machine().Task(id); ok && task.IsSettled() {
			continue
		}
		for _, token := range tokens {
			t.leftovers.add(id, token)
		}
	}
	return nil
}

// CaughtUp is called once the register as it was has been read.
func (t *Tracker) CaughtUp() {
	t.config.Core.Lock()
	defer t.config.Core.Unlock()
	t.caughtUp = true
}

// Work makes the requests to the queue that are made in the background, until ctx ends.
func (t *Tracker) Work(ctx context.Context) { t.errands.work(ctx) }

// Running lists the running attempts. The lock is held meanwhile.
func (t *Tracker) Running() iter.Seq[*Attempt] { return maps.Values(t.running) }

// Of returns the running attempt at a task; nil if there is none. The lock is held.
func (t *Tracker) Of(id sweeps.ID) *Attempt { return t.running[id] }

// Last is the last event of a run in the register; its Sequence is 0 if there is none. The lock is held.
func (t *Tracker) Last(id sweeps.ID, n int) queue.Entry { return t.register[run{id, n}] }

// Leftovers are the tokens of the last attempts at a task that may have left files. The lock is held.
func (t *Tracker) Leftovers(id sweeps.ID) []string { return t.leftovers.last(id) }

// Delay is how long a task must not be sent yet, since its last attempt ended a moment ago. The lock is held.
func (t *Tracker) Delay(id sweeps.ID) time.Duration { return max(0, time.Until(t.delayed[id])) }

// ReleaseDelayed lets tasks be sent that were delayed long enough, and returns how long until the next one may be sent, at
// most so long. The lock is held.
func (t *Tracker) ReleaseDelayed(most time.Duration) time.Duration {
	now := time.Now()
	for id, at := range t.delayed {
		if !at.After(now) {
			delete(t.delayed, id)
			t.step(lifecycle.TaskReady{ID: id})
		} else {
			most = min(most, at.Sub(now))
		}
	}
	return most
}

// Losses is how many attempts at a run were lost, and the class and the error that the task has if it is not tried again.
func (t *Tracker) Losses(id sweeps.ID, n int) (lost int, class protocol.Class, reason string) {
	lost, last := t.losses.lastOf(run{id, n})
	if reason = last.Error; last.Class == protocol.Lost {
		reason = lossReason(lost)
	}
	return lost, last.Class, reason
}

// IsLastChance reports whether a run fails if its next attempt is lost as those before. The lock is held.
func (t *Tracker) IsLastChance(id sweeps.ID, n int) bool {
	lost, last := t.losses.lastOf(run{id, n})
	return lost == lifecycle.LossLimit-1 && last.Class == protocol.Lost
}

// UnsavedLastChances lists the running attempts whose run fails if they are lost, and that have left no checkpoint yet. The lock
// is not held: the file system may take its time.
func (t *Tracker) UnsavedLastChances() (out []protocol.Attempt) {
	t.config.Core.Lock()
	for _, r := range t.running {
		if t.IsLastChance(r.ID, r.Run) {
			out = append(out, r.Name())
		}
	}
	t.config.Core.Unlock()
	return slices.DeleteFunc(out, func(a protocol.Attempt) bool { return t.hasCheckpoint(a.ID, a.Token) })
}

// Load is what a worker runs. The lock is held.
func (t *Tracker) Load(worker string) workers.Load {
	if l := t.onWorker[worker]; l != nil {
		return l.Load
	}
	return workers.Load{}
}

// Settle forgets a run whose outcome counts, and, if it is done, which earlier attempts left files. The lock is held.
func (t *Tracker) Settle(id sweeps.ID, n int, done bool) {
	if r := t.running[id]; r != nil && r.Run <= n { // else it is of a later run
		t.remove(r)
	}
	t.losses.settle(run{id, n})
	if done {
		delete(t.leftovers, id)
	}
}

// Remove forgets the running attempt at a task, whose work counts as done. The lock is held.
func (t *Tracker) Remove(id sweeps.ID) {
	if r := t.running[id]; r != nil {
		t.Pace.End(time.Now(), r.WorkDone())
		t.remove(r)
	}
}

// RemoveUnwanted forgets the attempts that no sweep wants any more. They are stopped at their workers' next presences.
// The lock is held.
func (t *Tracker) RemoveUnwanted() {
	for _, r := range t.running {
		if !t.isRunning(r.Name()) {
			t.remove(r)
		}
	}
}

// on returns what runs on a worker.
func (t *Tracker) on(worker string) *load {
	l := t.onWorker[worker]
	if l == nil {
		l = &load{attempts: map[sweeps.ID]*Attempt{}}
		t.onWorker[worker] = l
	}
	return l
}

// add takes in an attempt that runs.
func (t *Tracker) add(r *Attempt) {
	t.remove(t.running[r.ID])
	t.running[r.ID] = r
	l := t.on(r.Worker)
	l.attempts[r.ID] = r
	l.Tasks, l.Memory = l.Tasks+1, l.Memory+r.Memory
}

// remove forgets an attempt that runs no more; it may be nil.
func (t *Tracker) remove(r *Attempt) {
	if r == nil || t.running[r.ID] != r {
		return
	}
	delete(t.running, r.ID)
	l := t.onWorker[r.Worker]
	delete(l.attempts, r.ID)
	l.Tasks, l.Memory, l.Refused = l.Tasks-1, l.Memory-r.Memory, false
	if l.Tasks == 0 {
		delete(t.onWorker, r.Worker)
	}
}

// refused notes that a worker had no memory for a task.
func (t *Tracker) refused(worker string) {
	t.on(worker).Refused = true
}
