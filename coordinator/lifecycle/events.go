package lifecycle

import (
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// Event is something that happened, as reported to the machine.
type Event interface{ isEvent() }

// LaunchBegan: a launch of a sweep began. What an earlier launch of it wanted no longer counts.
type LaunchBegan struct {
	Sweep    string
	Priority int    // higher first
	Most     int    // tasks that may be queued or running at a time; 0: any number
	User     string // who launches it
}

// LaunchExtended: a launched sweep wants more tasks in addition to those that it wants already.
type LaunchExtended struct{ Sweep string }

// TaskReplaced: another task has taken the place of one that a sweep wanted.
type TaskReplaced struct {
	Sweep string
	ID    sweeps.ID
}

// TaskReused: N tasks of a sweep are done and in place already.
type TaskReused struct {
	Sweep string
	N     int
}

// TaskRequested: a sweep that is being launched wants a task that is not in place already.
// Sources are requested before the tasks that start from them, tasks of a sweep in its order.
type TaskRequested struct {
	Sweep      string
	ID         sweeps.ID
	Where      int32          // how the caller finds the task's parameters; see Machine.Where
	Execute    bool           // execute it; otherwise it is settled: done for another sweep, or failed
	Class      protocol.Class // of a settled failure
	IsRecorded bool           // of a settled failure: the sweep's manifest has it
	Run        int            // the highest run number in any manifest, 0 for none
	Source     sweeps.ID      // PERTURB: the task whose result it needs, if that belongs to this root
	Orphan     bool           // its source is neither done nor launched with it
	HasResult  bool           // an earlier run left a result: if this run fails, the task is done all the same
	Losses     int            // attempts at the coming run that were lost
	LossClass  protocol.Class // of the last of them
}

// RerunRemainder: what a rerun leaves as it is of a sweep, besides the tasks that it still wants.
type RerunRemainder struct {
	Sweep         string
	Done, Dropped int
}

// LaunchCompleted: every task of a sweep has been requested or reused, as far as is decided.
type LaunchCompleted struct {
	Sweep     string
	Undecided bool // the sweep may be extended once these tasks are settled, and is not finished before that is decided
}

// LaunchAbandoned: a launch ended before it was complete. What it requested stays wanted.
type LaunchAbandoned struct{ Sweep string }

// AttemptStarted: a worker claimed a task.
type AttemptStarted struct {
	ID    sweeps.ID
	Run   int
	Token string
}

// AttemptReturned: the worker gave the attempt up unfinished, and nothing is wrong with the task.
type AttemptReturned struct {
	ID      sweeps.ID
	Run     int
	Token   string
	Delayed bool // the task must not be sent before TaskReady
}

// AttemptEnded: the coordinator ended an attempt that has fallen silent.
type AttemptEnded struct {
	ID    sweeps.ID
	Run   int
	Token string
	Lost  bool // it counts as a loss: it left no checkpoint
	// Class is that of the task's failure if this was the last attempt that it has.
	Class   protocol.Class
	Delayed bool // the task must not be sent before TaskReady
}

// TaskReady: what kept a task from being sent, when it was delayed or the sender deferred it, is over.
type TaskReady struct{ ID sweeps.ID }

// OrderUnreadable: no worker can read the task's order.
type OrderUnreadable struct {
	ID  sweeps.ID
	Run int
}

// OrdersWithdrawn: the queue holds no orders any more.
type OrdersWithdrawn struct{}

// OutcomeCommitted: the end of an attempt is committed; an empty Class means a result.
type OutcomeCommitted struct {
	ID      sweeps.ID
	Run     int
	Token   string
	Class   protocol.Class
	Seconds float64 // that the attempt took
}

// Committed is the event of an outcome.
func Committed(o *protocol.Outcome) OutcomeCommitted {
	return OutcomeCommitted{ID: o.ID, Run: o.Run, Token: o.Token, Class: o.Class, Seconds: o.Finished.Sub(o.Started).Seconds()}
}

// ResultPlaced: a Place command was carried out. A Class means that the result could not be placed.
type ResultPlaced struct {
	ID    sweeps.ID
	Run   int
	Class protocol.Class
}

// PlacementRetried: a result that could not be placed before can be placed now.
type PlacementRetried struct {
	ID  sweeps.ID
	Run int
}

// ResultLost: the file of a task that is done could not be linked into a sweep, because it is gone.
type ResultLost struct {
	ID    sweeps.ID
	Sweep string
}

// ResultsRenamed: the results of these tasks have other names now.
type ResultsRenamed struct{ IDs map[sweeps.ID]bool }

// SweepPaused: no more of the sweep's tasks may be sent to workers.
type SweepPaused struct{ Sweep string }

// SweepResumed: a paused sweep's tasks may be sent again.
type SweepResumed struct{ Sweep string }

// SweepCancelled: a sweep no longer wants its tasks, except those that are running.
type SweepCancelled struct{ Sweep string }

// SweepForgotten: a sweep was removed. All its tasks are settled or dropped, and no launch is under way.
type SweepForgotten struct{ Sweep string }

// SweepPrioritized: a sweep has another priority.
type SweepPrioritized struct {
	Sweep    string
	Priority int
}

// SweepLimited: another number of a sweep's tasks may be queued or running at a time; 0: any number.
type SweepLimited struct {
	Sweep string
	Most  int
}

// Compacted: the caller no longer needs finished sweeps. A launch under way keeps them.
type Compacted struct{}

func (LaunchBegan) isEvent()      {}
func (LaunchExtended) isEvent()   {}
func (TaskReplaced) isEvent()     {}
func (TaskReused) isEvent()       {}
func (TaskRequested) isEvent()    {}
func (RerunRemainder) isEvent()   {}
func (LaunchCompleted) isEvent()  {}
func (LaunchAbandoned) isEvent()  {}
func (AttemptStarted) isEvent()   {}
func (AttemptReturned) isEvent()  {}
func (AttemptEnded) isEvent()     {}
func (TaskReady) isEvent()        {}
func (OrderUnreadable) isEvent()  {}
func (OrdersWithdrawn) isEvent()  {}
func (OutcomeCommitted) isEvent() {}
func (ResultPlaced) isEvent()     {}
func (PlacementRetried) isEvent() {}
func (ResultLost) isEvent()       {}
func (ResultsRenamed) isEvent()   {}
func (SweepPaused) isEvent()      {}
func (SweepResumed) isEvent()     {}
func (SweepCancelled) isEvent()   {}
func (SweepForgotten) isEvent()   {}
func (SweepPrioritized) isEvent() {}
func (SweepLimited) isEvent()     {}
func (Compacted) isEvent()        {}
