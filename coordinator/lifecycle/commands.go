package lifecycle

import (
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// Command is something that the coordinator is to do. Commands are carried out in the order given.
type Command interface{ isCommand() }

// ReopenSweep: a finished sweep has tasks to execute again.
type ReopenSweep struct{ Sweep string }

// FinishSweep: every task of the sweep is settled.
type FinishSweep struct{ Sweep string }

// Place: the outcome's file is to get its name in every sweep of the list; ResultPlaced is to follow.
type Place struct {
	ID     sweeps.ID
	Run    int
	Sweeps []string
}

// Link: the task is done; its file is to get its name in this sweep as well.
type Link struct {
	ID    sweeps.ID
	Sweep string
}

// RecordFailure: the task failed, and the sweep's manifest is to record it.
type RecordFailure struct {
	ID    sweeps.ID
	Run   int
	Sweep string
	Class protocol.Class
	Again bool // it is executed again at once: the failure is not reported yet
}

// RetractFailure: a task that failed for the sweep is executed again; its failure no longer counts.
type RetractFailure struct {
	ID    sweeps.ID
	Sweep string
}

// Acknowledge: all commands that follow from the outcome came before; once they are durable, the outcome may be
// acknowledged.
type Acknowledge struct {
	ID  sweeps.ID
	Run int
}

// Hold: no launched sweep wants the outcome's run, or not yet; it stays where it is.
type Hold struct {
	ID  sweeps.ID
	Run int
}

// Discard: the outcome is outdated or a duplicate; its file may be removed.
type Discard struct {
	ID    sweeps.ID
	Run   int
	Token string
}

func (ReopenSweep) isCommand()    {}
func (FinishSweep) isCommand()    {}
func (Place) isCommand()          {}
func (Link) isCommand()           {}
func (RecordFailure) isCommand()  {}
func (RetractFailure) isCommand() {}
func (Acknowledge) isCommand()    {}
func (Hold) isCommand()           {}
func (Discard) isCommand()        {}
