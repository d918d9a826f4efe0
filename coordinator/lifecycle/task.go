package lifecycle

import (
	"eisweep/internal/protocol"
)

// entry is one task. There may be millions.
type entry struct {
	run       int32    // that is current, or that settled the task
	sweeps    sweepSet // the sweeps that want it
	placedFor sweepSet // the sweeps that the place command named
	queue     sweepSet // the one sweep whose queue has its order, or had it last; none when that was purged while the task ran
	phase     Phase
	class     protocol.ClassCode // of a failure
	misplaced uint8              // how often its result was not where its outcome said
	orphan    bool
	hasResult bool // of an earlier run, which a failure leaves
}

// Phase is how far a task has come between launch and settlement.
type Phase uint8

// The phases of a task.
const (
	Waiting Phase = iota // for its source
	Queued               // published; a worker may have it
	Running              // a worker announced an attempt
	Placing              // its outcome is committed, its file not yet in place
	Done
	Failed
	dropped // only in the counts of a sweep: removed from it when it was cancelled
	phases
)

func (p Phase) isSettled() bool { return p == Done || p == Failed }
func (p Phase) isOrdered() bool { return p == Queued || p == Running }
