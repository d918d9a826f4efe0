package coordinator

import (
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// command is something to be done, in the order given.
type command interface{ isCommand() }

// openSweep: workers are to be offered the sweep's tasks.
type openSweep struct{ sweep string }

// publish: the task is to be queued for the sweep.
type publish struct {
	id    sweeps.ID
	run   int
	sweep string
}

// unqueue: the order is to be taken out of the queue.
type unqueue struct {
	id    sweeps.ID
	run   int
	sweep string
}

// purge: everything that is queued for the sweep is to be taken out of the queue.
type purge struct{ sweep string }

// place: the outcome's file is to get its name in every sweep of the list, and
// placed is to follow.
type place struct {
	id     sweeps.ID
	run    int
	sweeps []string
}

// link: the task is done; its file is to get its name in this sweep as well.
type link struct {
	id    sweeps.ID
	sweep string
}

// record: the task failed, which the sweep's manifest is to say.
type record struct {
	id    sweeps.ID
	run   int
	sweep string
	class protocol.Class
	again bool // it is ordered again at once: no failure yet that people hear of
}

// revive: a task that failed for the sweep is ordered again; its failure counts no more.
type revive struct {
	id    sweeps.ID
	sweep string
}

// acknowledge: all that follows from the outcome was commanded before; once it is
// durable the outcome may be acknowledged.
type acknowledge struct {
	id  sweeps.ID
	run int
}

// hold: the outcome is of an order that no launched sweep gave, or not yet; it
// stays where it is.
type hold struct {
	id  sweeps.ID
	run int
}

// discard: the outcome says nothing new; its file may go.
type discard struct {
	id      sweeps.ID
	run     int
	attempt int
}

// redirect: the results of these tasks have other names now, which queued orders of other
// tasks must tell.
type redirect struct{ sources map[sweeps.ID]bool }

// finishSweep: every task of the sweep is settled.
type finishSweep struct{ sweep string }

func (openSweep) isCommand()   {}
func (publish) isCommand()     {}
func (unqueue) isCommand()     {}
func (purge) isCommand()       {}
func (place) isCommand()       {}
func (link) isCommand()        {}
func (record) isCommand()      {}
func (revive) isCommand()      {}
func (acknowledge) isCommand() {}
func (hold) isCommand()        {}
func (discard) isCommand()     {}
func (redirect) isCommand()    {}
func (finishSweep) isCommand() {}
