package lifecycle

import (
	"slices"

	"eisweep/sweeps"
)

// Machine knows every task of the launched sweeps and decides what follows from an event. It
// does no I/O and reads no clock: the shell passes it events in the order in which they become
// durable, and carries out its commands in the order in which they are returned. The same events
// always give the same commands. It is not safe for concurrent use.
//
// The files: launch.go and admission.go have what a launch requests, attempt.go the attempts of workers,
// outcome.go what an outcome settles, dependents.go the tasks that start from others, control.go
// pause, resume and cancel, dequeue.go what leaves the queue. The shell reads the machine through
// the methods in view.go.
type Machine struct {
	tasks  map[sweeps.ID]*entry
	sweeps map[string]*sweepState
	sets   sweepSets
	// sources holds, for a task that starts from a result under this root, the task
	// that makes it.
	sources map[sweeps.ID]sweeps.ID
	// dependents holds, for a task, those that need its result and don't have it yet.
	// The machine may have forgotten some of them.
	dependents map[sweeps.ID][]sweeps.ID
	launches   int // under way
}

// New returns a machine that knows no sweep.
func New() *Machine {
	return &Machine{tasks: map[sweeps.ID]*entry{}, sweeps: map[string]*sweepState{}, sets: newSweepSets(),
		sources: map[sweeps.ID]sweeps.ID{}, dependents: map[sweeps.ID][]sweeps.ID{}}
}

// Step takes an event and returns what is to be done about it.
func (m *Machine) Step(e Event) []Command {
	switch e := e.(type) {
	case LaunchBegan:
		return m.beginLaunch(e.Sweep)
	case LaunchExtended:
		return m.extendLaunch(e.Sweep)
	case TaskReplaced:
		m.replaceTask(e)
	case TaskReused:
		m.sweeps[e.Sweep].total += e.N
		m.sweeps[e.Sweep].phases[Done] += e.N
	case TaskRequested:
		return m.admit(e)
	case RerunRemainder:
		m.recount(e)
	case LaunchCompleted:
		return m.completeLaunch(e.Sweep)
	case LaunchAbandoned:
		return m.abandonLaunch(e.Sweep)
	case AttemptStarted:
		m.advance(e.ID, e.Run, Queued, Running)
	case AttemptReturned:
		return m.returnAttempt(e)
	case AttemptLost:
		return m.loseAttempt(e)
	case OrderMissing:
		return m.reorderMissing(e)
	case ResultLost:
		return m.reorderLost(e)
	case OutcomeCommitted:
		return m.commit(e)
	case ResultPlaced:
		return m.settlePlaced(e)
	case ResultsRenamed:
		return m.renameResults(e)
	case PlacementRetried:
		return m.retryPlacement(e)
	case SweepPaused:
		return m.pause(e.Sweep)
	case SweepResumed:
		return m.resume(e.Sweep)
	case SweepCancelled:
		return m.cancel(e.Sweep)
	case Compacted:
		m.compact()
	}
	return nil
}

// advance moves a task from one phase to another if the run is its current one.
func (m *Machine) advance(id sweeps.ID, run int, from, to Phase) bool {
	t := m.tasks[id]
	ok := t != nil && int(t.run) == run && t.phase == from
	if ok {
		m.move(t, to)
	}
	return ok
}

func (m *Machine) move(t *entry, to Phase) {
	for _, s := range m.sets.of(t.sweeps) {
		m.sweeps[s].phases[t.phase]--
		m.sweeps[s].phases[to]++
	}
	t.phase = to
}

// forget removes a task.
func (m *Machine) forget(id sweeps.ID) {
	delete(m.tasks, id)
	delete(m.sources, id)
}

// compact forgets the results that no unfinished sweep wants. A later launch finds them in the
// manifests. One that is under way may have read the manifests before the results were there.
func (m *Machine) compact() {
	if m.launches > 0 {
		return
	}
	for id, t := range m.tasks {
		if t.phase == Done && !slices.ContainsFunc(m.sets.of(t.sweeps), func(s string) bool { return !m.sweeps[s].finished }) {
			m.forget(id)
		}
	}
}

// inOrder sorts ids: commands must not depend on the order in which a map is iterated over.
func inOrder(ids []sweeps.ID) []sweeps.ID {
	slices.SortFunc(ids, sweeps.ID.Compare)
	return ids
}
