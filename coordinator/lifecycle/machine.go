package lifecycle

import (
	"slices"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// Machine knows every task of the launched sweeps and decides what follows from an event. It
// does no I/O and reads no clock: the shell passes it events in the order in which they become
// durable, and carries out its commands in the order in which they are returned. The same events
// always give the same commands. It is not safe for concurrent use.
//
// admission.go has what a launch requests, outcome.go what an outcome settles, control.go pause,
// resume and cancel, dequeue.go what leaves the queue. Everybody else reads the machine through
// the methods in view.go.
type Machine struct {
	tasks  map[sweeps.ID]*entry
	sweeps map[string]*tally
	lists  wantLists
	// sources holds, for a task that starts from a result under this root, the task
	// that makes it.
	sources map[sweeps.ID]sweeps.ID
	// dependents holds, for a task, those that need its result and don't have it yet.
	// The machine may have forgotten some of them.
	dependents map[sweeps.ID][]sweeps.ID
	launches   int // under way
}

// entry is one task. There may be millions.
type entry struct {
	run       int32 // that is current, or that settled the task
	wants     wants // the sweeps that want it
	placedFor wants // the sweeps that the place command named
	home      wants // the one sweep that it is queued for, when it is queued or running
	phase     Phase
	class     classNumber // of a failure
	misplaced uint8       // how often its result was not where its outcome said
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
	dropped // of a tally only: taken from the sweep when that was cancelled
	phases
)

// Status says whether workers are offered a sweep's tasks.
type Status string

// The statuses of a sweep. A finished sweep keeps the one that it had.
const (
	Open      Status = "open"
	Paused    Status = "paused"
	Cancelled Status = "cancelled"
)

// tally counts a sweep's tasks by phase.
type tally struct {
	total    int
	phases   [phases]int
	launched bool // all its tasks have been requested
	finished bool
	status   Status
}

// New returns a machine that knows no sweep.
func New() *Machine {
	return &Machine{tasks: map[sweeps.ID]*entry{}, sweeps: map[string]*tally{}, lists: newWantLists(),
		sources: map[sweeps.ID]sweeps.ID{}, dependents: map[sweeps.ID][]sweeps.ID{}}
}

// Step takes an event and returns what is to be done about it.
func (m *Machine) Step(e Event) []Command {
	switch e := e.(type) {
	case LaunchBegan:
		return m.open(e.Sweep)
	case LaunchExtended:
		return m.extend(e.Sweep)
	case TaskReplaced:
		m.replace(e)
	case TaskReused:
		m.sweeps[e.Sweep].total += e.N
		m.sweeps[e.Sweep].phases[Done] += e.N
	case TaskRequested:
		return m.want(e)
	case RerunRemainder:
		m.recount(e)
	case LaunchCompleted:
		return m.launch(e.Sweep)
	case LaunchAbandoned:
		m.launches-- // what nobody wants any more the next launch finds
	case AttemptStarted:
		m.pass(e.ID, e.Run, Queued, Running)
	case AttemptReturned:
		return m.giveBack(e)
	case AttemptLost:
		return m.endAttempt(e)
	case OrderMissing:
		return m.miss(e)
	case ResultLost:
		return m.vanish(e)
	case OutcomeCommitted:
		return m.commit(e)
	case ResultPlaced:
		return m.settle(e)
	case ResultsRenamed:
		return m.redirect(e)
	case PlacementRetried:
		return m.retry(e)
	case SweepPaused:
		return m.pause(e.Sweep)
	case SweepResumed:
		return m.resume(e.Sweep)
	case SweepCancelled:
		return m.cancel(e.Sweep)
	case Compacted:
		m.tidy()
	}
	return nil
}

// pass moves a task of the current order from one phase to another.
func (m *Machine) pass(id sweeps.ID, run int, from, to Phase) bool {
	t := m.tasks[id]
	ok := t != nil && int(t.run) == run && t.phase == from
	if ok {
		m.move(t, to)
	}
	return ok
}

func (m *Machine) move(t *entry, to Phase) {
	for _, s := range m.lists.of(t.wants) {
		m.sweeps[s].phases[t.phase]--
		m.sweeps[s].phases[to]++
	}
	t.phase = to
}

// finish closes those of the sweeps whose last task has been settled.
func (m *Machine) finish(names []string) []Command {
	var out []Command
	for _, s := range names {
		if t := m.sweeps[s]; t.launched && !t.finished && t.phases[Done]+t.phases[Failed]+t.phases[dropped] == t.total {
			t.finished = true
			out = append(out, FinishSweep{s})
		}
	}
	return out
}

// reopen takes back that sweeps were finished.
func (m *Machine) reopen(names []string) []Command {
	var out []Command
	for _, s := range names {
		if t := m.sweeps[s]; t.finished {
			t.finished = false
			out = append(out, OpenSweep{s})
		}
	}
	return out
}

// forget makes a task unknown.
func (m *Machine) forget(id sweeps.ID) {
	delete(m.tasks, id)
	delete(m.sources, id)
}

// tidy forgets the results that no unfinished sweep wants. Whoever wants one later
// finds it in the manifests, which a launch that is under way may have read already.
func (m *Machine) tidy() {
	if m.launches > 0 {
		return
	}
	for id, t := range m.tasks {
		if t.phase == Done && !slices.ContainsFunc(m.lists.of(t.wants), func(s string) bool { return !m.sweeps[s].finished }) {
			m.forget(id)
		}
	}
}

// inOrder sorts ids: commands must not depend on the order in which a map is iterated over.
func inOrder(ids []sweeps.ID) []sweeps.ID {
	slices.SortFunc(ids, sweeps.ID.Compare)
	return ids
}

// classNumber is a protocol.Class in a byte.
type classNumber uint8

var classes = append([]protocol.Class{""}, protocol.Classes()...)

func classOf(c protocol.Class) classNumber {
	if i := slices.Index(classes, c); i >= 0 {
		return classNumber(i)
	}
	return classOf(protocol.Lost) // of a newer version
}

func (c classNumber) name() protocol.Class { return classes[c] }
