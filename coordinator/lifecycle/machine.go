package lifecycle

import (
	"bytes"
	"slices"

	"eisweep/sweeps"
)

// Machine holds what is known of every task of the launched sweeps. It is not safe for
// concurrent use. Its parts: taskTable knows the tasks, dependencies which of them wait for which, and scheduler which
// are sent next. The machine handles the events.
type Machine struct {
	*scheduler
	launches int      // under way
	retired  []*sweep // launches whose tasks the launch under way may take over
}

// New makes a machine that knows of nothing.
func New() *Machine {
	return &Machine{scheduler: &scheduler{dependencies: &dependencies{taskTable: newTaskTable(), waiting: map[sweeps.ID][]dependent{}},
		deferred: map[sweeps.ID]bool{}, users: map[string]float64{}}}
}

// Step takes an event and returns the commands that follow from it.
func (m *Machine) Step(e Event) []Command {
	switch e := e.(type) {
	case LaunchBegan:
		return m.begin(e)
	case LaunchExtended:
		return m.extend(e.Sweep)
	case TaskReplaced:
		m.replace(e)
	case TaskReused:
		s := m.sweeps[e.Sweep]
		s.total += e.N
		s.counts[Done] += e.N
	case TaskRequested:
		return m.request(e)
	case RerunRemainder:
		m.recount(e)
	case LaunchCompleted:
		return m.complete(e)
	case LaunchAbandoned:
		return m.abandon(e.Sweep)
	case AttemptStarted:
		m.start(e)
	case AttemptReturned:
		return m.giveBack(e)
	case AttemptEnded:
		return m.endAttempt(e)
	case TaskReady:
		m.readmit(e.ID)
	case OrderUnreadable:
		m.hold(e)
	case OrdersWithdrawn:
		m.withdraw()
	case OutcomeCommitted:
		return m.commit(e)
	case ResultPlaced:
		return m.settle(e)
	case PlacementRetried:
		return m.placeAgain(e)
	case ResultLost:
		return m.loseResult(e)
	case ResultsRenamed:
		m.redirect(e)
	case SweepPaused:
		m.pause(e.Sweep)
	case SweepResumed:
		m.resume(e.Sweep)
	case SweepCancelled:
		return m.cancel(e.Sweep)
	case SweepForgotten:
		return m.forgetSweep(e.Sweep)
	case SweepPrioritized:
		m.prioritize(e.Sweep, e.Priority)
	case SweepLimited:
		m.limit(e.Sweep, e.Most)
	case Compacted:
		m.compact()
	}
	return nil
}

// inOrder sorts ids: commands must not depend on the order in which a map is walked.
func inOrder(ids []sweeps.ID) []sweeps.ID {
	slices.SortFunc(ids, func(a, b sweeps.ID) int { return bytes.Compare(a[:], b[:]) })
	return ids
}
