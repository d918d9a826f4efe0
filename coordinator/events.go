package coordinator

import (
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sweeps"
)

// event is something that happened, as the machine is told of it.
type event interface{ isEvent() }

// opened: a sweep is being launched.
type opened struct{ sweep string }

// reopened: more is wanted for a sweep that was launched, besides what it wants
// already.
type reopened struct{ sweep string }

// replaced: another task has taken the place of one that a sweep wanted.
type replaced struct {
	sweep string
	id    sweeps.ID
}

// kept: n tasks of a sweep are done and in place already.
type kept struct {
	sweep string
	n     int
}

// wanted: a launched sweep wants a task that is not in place already. Sources
// are wanted before the tasks that start from them.
type wanted struct {
	sweep   string
	id      sweeps.ID
	execute bool              // order it; otherwise it is settled: done elsewhere, or failed
	class   protocol.Class    // of a settled failure
	here    bool              // of a settled failure: the sweep's manifest has it
	run     int               // the highest run number in any manifest, 0 for none
	source  sweeps.ID         // PERTURB: the task whose result it needs, if it is of this root
	orphan  bool              // its source is neither done nor launched with it
	queued  queue.QueuedOrder // as it is queued from before a restart; run 0 is taken for the one that is wanted
	stands  bool              // it has a result already: if this order fails, it is done all the same
}

// rested: what a rerun leaves as it is of a sweep, besides the tasks that it still wants.
type rested struct {
	sweep         string
	done, dropped int
}

// launched: every task of a sweep has been wanted or kept.
type launched struct{ sweep string }

// abandoned: a launch ended before that. What it wanted stays wanted.
type abandoned struct{ sweep string }

// started: a worker announced an attempt.
type started struct {
	id  sweeps.ID
	run int
}

// returned: a worker handed an attempt back unfinished.
type returned struct {
	id  sweeps.ID
	run int
}

// silenced: nothing was heard of an attempt for so long that it counts as ended, whatever NATS
// knows of its worker.
type silenced struct {
	id  sweeps.ID
	run int
}

// missed: the task is neither in the queue nor has it an outcome.
type missed struct {
	id  sweeps.ID
	run int
}

// vanished: the file of a task that is done could not be linked into a sweep, because
// it is there no more.
type vanished struct {
	id    sweeps.ID
	sweep string
}

// moved: the results of these tasks have other names now.
type moved struct{ sources map[sweeps.ID]bool }

// retried: the result of an order could not be placed a while ago.
type retried struct {
	id  sweeps.ID
	run int
}

// paused: workers are to be offered no more of a sweep's tasks.
type paused struct{ sweep string }

// resumed: workers are to be offered a paused sweep's tasks again.
type resumed struct{ sweep string }

// cancelled: what a sweep wants and is not at work is wanted no more.
type cancelled struct{ sweep string }

// tidied: no launch is under way, and results that finished sweeps wanted may be
// forgotten.
type tidied struct{}

// outcome: an attempt's end is committed; class "" is a result.
type outcome struct {
	id      sweeps.ID
	run     int
	attempt int
	class   protocol.Class
}

// placed: the shell carried a place command out; class says why it could not.
type placed struct {
	id    sweeps.ID
	run   int
	class protocol.Class
}

func (opened) isEvent()    {}
func (reopened) isEvent()  {}
func (rested) isEvent()    {}
func (replaced) isEvent()  {}
func (kept) isEvent()      {}
func (wanted) isEvent()    {}
func (launched) isEvent()  {}
func (abandoned) isEvent() {}
func (started) isEvent()   {}
func (silenced) isEvent()  {}
func (returned) isEvent()  {}
func (outcome) isEvent()   {}
func (placed) isEvent()    {}
func (retried) isEvent()   {}
func (moved) isEvent()     {}
func (missed) isEvent()    {}
func (vanished) isEvent()  {}
func (paused) isEvent()    {}
func (resumed) isEvent()   {}
func (cancelled) isEvent() {}
func (tidied) isEvent()    {}
