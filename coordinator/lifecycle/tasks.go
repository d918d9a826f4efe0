package lifecycle

import (
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// taskTable knows the sweeps, and every task of each: where it is in its sweep, which sweeps want it, and how far it has
// come. It keeps the sweeps' counts.
type taskTable struct {
	sweeps  map[string]*sweep
	order   []*sweep          // those of sweeps, in the order of their first launches
	numbers map[uint32]*sweep // with retired ones
	last    uint32            // number given

	places index
	tasks  map[sweeps.ID]*entry // tasks that need more than a state
	sets   sweepSets
	queued int // tasks
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

func newTaskTable() *taskTable {
	m := &taskTable{sweeps: map[string]*sweep{}, numbers: map[uint32]*sweep{}, tasks: map[sweeps.ID]*entry{}, sets: newSweepSets()}
	m.places.id = func(r ref) (sweeps.ID, bool) {
		s := m.numbers[r.sweep()]
		if s == nil || int(r.at()) >= len(s.states) || s.states[r.at()] == absent {
			return sweeps.ID{}, false
		}
		return s.ids[r.at()], true
	}
	return m
}

// place finds a task's place in the current launch of a sweep.
func (m *taskTable) place(id sweeps.ID, name string) (s *sweep, at int32, ok bool) {
	m.places.each(id, func(r ref) bool {
		if of := m.numbers[r.sweep()]; of.name == name && !of.retired {
			s, at, ok = of, r.at(), true
		}
		return !ok
	})
	return s, at, ok
}

// track returns the entry of a task, made from its state if it has none; nil when the task is not known.
func (m *taskTable) track(id sweeps.ID) *entry {
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

// untrack drops the entry of a task if its state holds the same information.
func (m *taskTable) untrack(id sweeps.ID) {
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
func (m *taskTable) move(t *entry, to Phase) {
	for _, name := range m.sets.of(t.want) {
		m.sweeps[name].counts[t.phase]--
		m.sweeps[name].counts[to]++
	}
	m.enter(t, to)
}

// enter sets a task's phase.
func (m *taskTable) enter(t *entry, to Phase) {
	if t.phase == Queued {
		m.queued--
	}
	if to == Queued {
		m.queued++
	}
	t.phase = to
}

// unwant takes a task from a sweep, whose counts no longer include it.
func (m *taskTable) unwant(id sweeps.ID, t *entry, name string) {
	t.want = m.sets.without(t.want, name)
	if s, at, ok := m.place(id, name); ok {
		m.leave(s, at)
	}
}

// leave marks a place as unused.
func (m *taskTable) leave(s *sweep, at int32) { s.states[at] = absent }

// remove makes a task unknown that no sweep wants. It reports whether the task was queued.
func (m *taskTable) remove(id sweeps.ID) (queued bool) {
	if t := m.tasks[id]; t != nil {
		queued = t.phase == Queued
		m.enter(t, Waiting)
		delete(m.tasks, id)
	}
	m.places.each(id, func(r ref) bool {
		m.leave(m.numbers[r.sweep()], r.at())
		return true
	})
	return queued
}

// sourceOf returns the task that a task starts from, if that belongs to this root.
func (m *taskTable) sourceOf(id sweeps.ID) (source sweeps.ID, ok bool) {
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
func (m *taskTable) phaseOf(id sweeps.ID) (p Phase, known bool) {
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
func (m *taskTable) finish(names []string) []Command {
	var out []Command
	for _, name := range names {
		if s := m.sweeps[name]; s.launched && !s.undecided && !s.finished && s.settled() {
			s.finished = true
			out = append(out, FinishSweep{name})
		}
	}
	return out
}

// reopen makes finished sweeps unfinished again.
func (m *taskTable) reopen(names []string) []Command {
	var out []Command
	for _, name := range names {
		if s := m.sweeps[name]; s.finished {
			s.finished = false
			out = append(out, ReopenSweep{name})
		}
	}
	return out
}

// addPlace gives a task a place in a sweep.
func (m *taskTable) addPlace(s *sweep, e TaskRequested, is state) int32 {
	at := s.add(e.ID, e.Where, is)
	if e.Source != (sweeps.ID{}) {
		s.setSource(at, e.Source)
	}
	m.places.add(e.ID, newRef(s.number, at))
	return at
}

// takePlace finds or makes the place of a task that has an entry.
func (m *taskTable) takePlace(e TaskRequested) *sweep {
	s, at, ok := m.place(e.ID, e.Sweep)
	if !ok {
		s = m.sweeps[e.Sweep]
		m.addPlace(s, e, tracked)
		return s
	}
	s.where[at], s.states[at] = e.Where, tracked
	return s
}

func (m *taskTable) isFinishedForAll(t *entry) bool {
	for _, name := range m.sets.of(t.want) {
		if !m.sweeps[name].finished {
			return false
		}
	}
	return true
}

// releaseFinished forgets the done tasks of a finished sweep, and its lists where nothing else is left.
func (m *taskTable) releaseFinished(s *sweep) {
	left := false
	for at, is := range s.states {
		switch is {
		case absent:
		case isDone:
			m.leave(s, int32(at))
		default:
			left = true
		}
	}
	s.forgetSchedule()
	if !left {
		s.ids, s.where, s.states, s.spans, s.next = nil, nil, nil, nil, 0
	}
}

// dropCancelled takes a task that is not running from the sweeps that were cancelled.
func (m *taskTable) dropCancelled(id sweeps.ID, t *entry) {
	for _, name := range m.sets.of(t.want) {
		if m.sweeps[name].status == Cancelled {
			m.drop(id, t, name)
		}
	}
}

// drop takes an unsettled task from a cancelled sweep.
func (m *taskTable) drop(id sweeps.ID, t *entry, name string) {
	s := m.sweeps[name]
	s.counts[t.phase]--
	s.counts[Dropped]++
	m.unwant(id, t, name)
}
