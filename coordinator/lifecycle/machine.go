package lifecycle

import (
	"bytes"
	"slices"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// Machine holds what is known of every task of the launched sweeps. It is not safe for
// concurrent use.
type Machine struct {
	sweeps  map[string]*sweep
	order   []*sweep          // those of sweeps, in the order of their first launches
	numbers map[uint32]*sweep // with retired ones
	last    uint32            // number given
	retired []*sweep          // launches whose tasks the launch under way may take over

	places     index
	tasks      map[sweeps.ID]*entry // tasks that need more than a state
	sets       sweepSets
	dependents map[sweeps.ID][]dependent // by source; some may be retired
	launches   int                       // under way
	queued     int                       // tasks
	disturbed  bool                      // the queue no longer holds what should be executed next
	floor      *int                      // the lowest priority of what was queued since the last withdrawal; nil: nothing
}

// entry is a task that more than one sweep wants, that is on its way, or that was executed before.
type entry struct {
	run       int32    // the current run, or the one that settled it
	want      sweepSet // the sweeps that want it
	placedFor sweepSet // the sweeps that the Place command named
	phase     Phase
	class     protocol.ClassCode // of a failure
	misplaced uint8              // how often its result was not where its outcome said
	losses    uint8              // attempts at this run that were lost
	orphan    bool
	hasResult bool // of an earlier run, which a failure leaves
	last      bool // it is sent behind the others
	token     string
	charge    charge
}

// charge is what a sweep was charged for a task that is queued or running.
type charge struct {
	sweep   string
	seconds float64
}

// New makes a machine that knows of nothing.
func New() *Machine {
	m := &Machine{sweeps: map[string]*sweep{}, numbers: map[uint32]*sweep{}, tasks: map[sweeps.ID]*entry{}, sets: newSweepSets(),
		dependents: map[sweeps.ID][]dependent{}}
	m.places.id = func(r ref) (sweeps.ID, bool) {
		s := m.numbers[r.sweep()]
		if s == nil || int(r.at()) >= len(s.states) || s.states[r.at()] == absent {
			return sweeps.ID{}, false
		}
		return s.ids[r.at()], true
	}
	return m
}

// Step takes an event and returns what is to be done about it.
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
		return m.complete(e.Sweep)
	case LaunchAbandoned:
		return m.abandon(e.Sweep)
	case AttemptStarted:
		m.start(e)
	case AttemptReturned:
		return m.giveBack(e)
	case AttemptEnded:
		return m.endAttempt(e)
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
	case Compacted:
		m.compact()
	}
	return nil
}

// place finds a task's place in the current launch of a sweep.
func (m *Machine) place(id sweeps.ID, name string) (s *sweep, at int32, ok bool) {
	m.places.each(id, func(r ref) bool {
		if of := m.numbers[r.sweep()]; of.name == name && !of.retired {
			s, at, ok = of, r.at(), true
		}
		return !ok
	})
	return s, at, ok
}

// track returns the entry of a task, made from its state if it has none; nil when the task is not known.
func (m *Machine) track(id sweeps.ID) *entry {
	if t := m.tasks[id]; t != nil {
		return t
	}
	var t *entry
	m.places.each(id, func(r ref) bool {
		s := m.numbers[r.sweep()]
		is := s.states[r.at()]
		if is <= tracked {
			return true
		}
		t = &entry{run: 1}
		if t.phase, t.class = is.phase(); !s.retired {
			t.want = m.sets.with(0, s.name)
		}
		s.states[r.at()] = tracked
		m.tasks[id] = t
		return false
	})
	return t
}

// untrack gives up the entry of a task if a state says as much as the entry.
func (m *Machine) untrack(id sweeps.ID) {
	t := m.tasks[id]
	if t == nil {
		return
	}
	plain := entry{run: 1, want: t.want, placedFor: t.placedFor, phase: t.phase, class: t.class}
	if t.phase == Queued || t.phase == Running || t.phase == Placing || t.phase == Unreadable || *t != plain && !t.isSettledPlainly() {
		return
	}
	names := m.sets.of(t.want)
	if len(names) != 1 {
		return
	}
	if s, at, ok := m.place(id, names[0]); ok {
		s.states[at] = stateOf(t.phase, t.class)
		delete(m.tasks, id)
	}
}

// isSettledPlainly reports whether a task is done in its first run: how it got there no longer matters.
func (t *entry) isSettledPlainly() bool { return t.phase == Done && t.run == 1 }

// move takes a task to another phase, in the counts of all sweeps that want it.
func (m *Machine) move(t *entry, to Phase) {
	for _, name := range m.sets.of(t.want) {
		m.sweeps[name].counts[t.phase]--
		m.sweeps[name].counts[to]++
	}
	m.enter(t, to)
}

// enter sets a task's phase.
func (m *Machine) enter(t *entry, to Phase) {
	if t.phase == Queued {
		m.queued--
	}
	if to == Queued {
		m.queued++
	}
	t.phase = to
}

// unwant takes a task from a sweep, whose counts no longer include it.
func (m *Machine) unwant(id sweeps.ID, t *entry, name string) {
	t.want = m.sets.without(t.want, name)
	if s, at, ok := m.place(id, name); ok {
		m.leave(s, at)
	}
}

// leave gives up a place.
func (m *Machine) leave(s *sweep, at int32) { s.states[at] = absent }

// forget makes a task unknown that no sweep wants.
func (m *Machine) forget(id sweeps.ID) {
	if t := m.tasks[id]; t != nil {
		if t.phase == Queued {
			m.disturbed = true
		}
		m.enter(t, Waiting)
		delete(m.tasks, id)
	}
	m.places.each(id, func(r ref) bool {
		m.leave(m.numbers[r.sweep()], r.at())
		return true
	})
}

// sourceOf returns the task that a task starts from, if that belongs to this root.
func (m *Machine) sourceOf(id sweeps.ID) (source sweeps.ID, ok bool) {
	m.places.each(id, func(r ref) bool {
		s := m.numbers[r.sweep()]
		if i := s.spanOf(r.at()); i >= 0 {
			source, ok = s.spans[i].source, true
		}
		return !ok
	})
	return source, ok
}

// phaseOf returns the phase of a task without making an entry for it.
func (m *Machine) phaseOf(id sweeps.ID) (p Phase, known bool) {
	if t := m.tasks[id]; t != nil {
		return t.phase, true
	}
	m.places.each(id, func(r ref) bool {
		if is := m.numbers[r.sweep()].states[r.at()]; is > tracked {
			p, _ = is.phase()
			known = true
		}
		return !known
	})
	return p, known
}

// finish ends those of the sweeps whose last task has been settled.
func (m *Machine) finish(names []string) []Command {
	var out []Command
	for _, name := range names {
		if s := m.sweeps[name]; s.launched && !s.finished && s.settled() {
			s.finished = true
			out = append(out, FinishSweep{name})
		}
	}
	return out
}

// reopen makes finished sweeps unfinished again.
func (m *Machine) reopen(names []string) []Command {
	var out []Command
	for _, name := range names {
		if s := m.sweeps[name]; s.finished {
			s.finished = false
			out = append(out, ReopenSweep{name})
		}
	}
	return out
}

// inOrder sorts ids: commands must not depend on the order in which a map is walked.
func inOrder(ids []sweeps.ID) []sweeps.ID {
	slices.SortFunc(ids, func(a, b sweeps.ID) int { return bytes.Compare(a[:], b[:]) })
	return ids
}
