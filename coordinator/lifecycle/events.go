package lifecycle

import (
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// Event is something that happened. The shell passes it to Machine.Step once it is durable.
type Event interface{ isEvent() }

// LaunchBegan: a sweep is being launched. Its tasks follow.
type LaunchBegan struct{ Sweep string }

// LaunchExtended: a rerun requests more tasks for a sweep that was launched before.
type LaunchExtended struct{ Sweep string }

// TaskReplaced: a rerun has replaced a task of a sweep by another one.
type TaskReplaced struct {
	Sweep string
	ID    sweeps.ID
}

// TaskReused: N tasks of a sweep are done, and their results are in place.
type TaskReused struct {
	Sweep string
	N     int
}

// TaskRequested: a launched sweep contains a task whose result is not in place.
// Sources are requested before the tasks that start from them.
type TaskRequested struct {
	Sweep       string
	ID          sweeps.ID
	Execute     bool           // run it; otherwise it is settled: done for another sweep, or failed
	Class       protocol.Class // of a settled failure
	IsRecorded  bool           // of a settled failure: the sweep's manifest has it
	Run         int            // the highest run number in any manifest, 0 for none
	Source      sweeps.ID      // PERTURB: the task whose result it needs, if that belongs to this root
	Orphan      bool           // its source is neither done nor launched with it
	QueuedSweep string         // the sweep that it was queued for before a restart; "" for none
	QueuedRun   int            // the run that was queued; 0 for the one that is requested
	HasResult   bool           // an earlier run has a result: if this run fails, the task is done all the same
}

// RerunRemainder: how many of a sweep's tasks a rerun leaves alone, besides those that the machine knows.
type RerunRemainder struct {
	Sweep         string
	Done, Dropped int
}

// LaunchCompleted: every task of a sweep was requested or reused.
type LaunchCompleted struct{ Sweep string }

// LaunchAbandoned: a launch ended before it was complete. What it requested stays requested.
type LaunchAbandoned struct{ Sweep string }

// AttemptStarted: a worker announced an attempt.
type AttemptStarted struct {
	ID  sweeps.ID
	Run int
}

// AttemptReturned: a worker handed back an attempt that it did not finish.
type AttemptReturned struct {
	ID  sweeps.ID
	Run int
}

// AttemptLost: an attempt was silent for so long that it counts as ended, whatever NATS
// knows of its worker.
type AttemptLost struct {
	ID  sweeps.ID
	Run int
}

// OrderMissing: a task that should be queued or running is not in the queue and has no outcome.
type OrderMissing struct {
	ID  sweeps.ID
	Run int
}

// ResultLost: the result of a task that is done could not be linked into a sweep, because its
// file is gone.
type ResultLost struct {
	ID    sweeps.ID
	Sweep string
}

// ResultsRenamed: the results of these tasks have other file names now.
type ResultsRenamed struct{ IDs map[sweeps.ID]bool }

// PlacementRetried: it is time to place a result again that could not be placed before.
type PlacementRetried struct {
	ID  sweeps.ID
	Run int
}

// SweepPaused: workers are not to be offered a sweep's tasks.
type SweepPaused struct{ Sweep string }

// SweepResumed: workers are to be offered a paused sweep's tasks again.
type SweepResumed struct{ Sweep string }

// SweepCancelled: a sweep does without those of its tasks that are not running.
type SweepCancelled struct{ Sweep string }

// Compacted: results of finished sweeps may be forgotten, since no launch is under way.
type Compacted struct{}

// OutcomeCommitted: the end of an attempt is durable. Class "" is a result.
type OutcomeCommitted struct {
	ID      sweeps.ID
	Run     int
	Attempt int
	Class   protocol.Class
}

// ResultPlaced answers a Place command. Class says why the result could not be placed: it is
// not what its outcome promised.
type ResultPlaced struct {
	ID    sweeps.ID
	Run   int
	Class protocol.Class
}

func (LaunchBegan) isEvent()      {}
func (LaunchExtended) isEvent()   {}
func (LaunchCompleted) isEvent()  {}
func (LaunchAbandoned) isEvent()  {}
func (TaskRequested) isEvent()    {}
func (TaskReused) isEvent()       {}
func (TaskReplaced) isEvent()     {}
func (RerunRemainder) isEvent()   {}
func (AttemptStarted) isEvent()   {}
func (AttemptReturned) isEvent()  {}
func (AttemptLost) isEvent()      {}
func (OutcomeCommitted) isEvent() {}
func (ResultPlaced) isEvent()     {}
func (PlacementRetried) isEvent() {}
func (ResultsRenamed) isEvent()   {}
func (ResultLost) isEvent()       {}
func (OrderMissing) isEvent()     {}
func (SweepPaused) isEvent()      {}
func (SweepResumed) isEvent()     {}
func (SweepCancelled) isEvent()   {}
func (Compacted) isEvent()        {}
