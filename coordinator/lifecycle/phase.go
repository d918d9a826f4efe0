package lifecycle

import (
	"eisweep/internal/protocol"
)

// Phase is how far a task has come between its launch and its settlement.
type Phase uint8

// The phases.
const (
	Waiting    Phase = iota // for its source
	Pending                 // to be sent to the queue
	Queued                  // its order is in the queue, or a worker is about to claim it
	Running                 // a worker claimed it
	Unreadable              // no worker could read its order; it waits for a launch, a rerun or a restart
	Placing                 // its outcome is committed, its file not yet in place
	Done
	Failed
	Dropped // of a sweep's counts only: taken from the sweep when that was cancelled
	phases
)

var phaseNames = [phases]string{"waiting", "pending", "queued", "running", "unreadable", "placing", "done", "failed", "dropped"}

func (p Phase) String() string { return phaseNames[p] }

// Settled reports whether nothing more comes of the task by itself.
func (p Phase) Settled() bool { return p == Done || p == Failed }

// state is all there is to know of a task at its place in a sweep, as long as only that sweep wants it and it has had
// no run but its first.
type state uint8

const (
	absent  state = iota // the sweep wants it no longer
	tracked              // there is an entry
	isWaiting
	isPending
	isDone
	isFailed // + its class
)

// stateOf is the state of a task that needs no entry.
func stateOf(p Phase, c protocol.ClassCode) state {
	switch p {
	case Waiting:
		return isWaiting
	case Pending:
		return isPending
	case Done:
		return isDone
	}
	return isFailed + state(c)
}

// phase is the inverse of stateOf.
func (s state) phase() (Phase, protocol.ClassCode) {
	switch s {
	case isWaiting:
		return Waiting, 0
	case isPending:
		return Pending, 0
	case isDone:
		return Done, 0
	}
	return Failed, protocol.ClassCode(s - isFailed)
}

// Status says whether a sweep's tasks are sent to workers.
type Status string

// The statuses of a launched sweep.
const (
	Open      Status = "open"
	Paused    Status = "paused"
	Cancelled Status = "cancelled"
)
