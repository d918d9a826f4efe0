package lifecycle

import (
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// Command is something that the shell is to do. Commands are carried out in the order in which
// Machine.Step returns them.
type Command interface{ isCommand() }

// OpenSweep: offer the sweep's tasks to workers.
type OpenSweep struct{ Sweep string }

// Publish: queue the task for the sweep.
type Publish struct {
	ID    sweeps.ID
	Run   int
	Sweep string
}

// Unqueue: remove the order from the queue.
type Unqueue struct {
	ID    sweeps.ID
	Run   int
	Sweep string
}

// Purge: remove everything from the queue that is queued for the sweep.
type Purge struct{ Sweep string }

// Place: link the outcome's file into every sweep of the list. ResultPlaced is to follow.
type Place struct {
	ID     sweeps.ID
	Run    int
	Sweeps []string
}

// Link: the task is done; link its file into this sweep as well.
type Link struct {
	ID    sweeps.ID
	Sweep string
}

// RecordFailure: write to the sweep's manifest that the task failed.
type RecordFailure struct {
	ID    sweeps.ID
	Run   int
	Sweep string
	Class protocol.Class
	Again bool // the task is queued again at once: this failure is not reported to people
}

// RetractFailure: a task that failed for the sweep is run again; its failure no longer counts.
type RetractFailure struct {
	ID    sweeps.ID
	Sweep string
}

// Acknowledge: everything that follows from the outcome was commanded before. Once that is
// durable the outcome may be acknowledged.
type Acknowledge struct {
	ID  sweeps.ID
	Run int
}

// Hold: keep the outcome. No launched sweep has ordered its run, or not yet.
type Hold struct {
	ID  sweeps.ID
	Run int
}

// Discard: the outcome is superfluous; its file may be removed.
type Discard struct {
	ID      sweeps.ID
	Run     int
	Attempt int
}

// FinishSweep: every task of the sweep is settled.
type FinishSweep struct{ Sweep string }

func (OpenSweep) isCommand()      {}
func (Publish) isCommand()        {}
func (Unqueue) isCommand()        {}
func (Purge) isCommand()          {}
func (Place) isCommand()          {}
func (Link) isCommand()           {}
func (RecordFailure) isCommand()  {}
func (RetractFailure) isCommand() {}
func (Acknowledge) isCommand()    {}
func (Hold) isCommand()           {}
func (Discard) isCommand()        {}
func (FinishSweep) isCommand()    {}
