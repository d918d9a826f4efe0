package coordinator

import (
	"slices"

	"eisweep/internal/queue"
	"eisweep/sweeps"
)

// machine holds what is known of every task of the launched sweeps and decides
// what follows from an event. It does no I/O and keeps no clock: the shell feeds
// it events in the order in which they become durable and carries its commands
// out in the order in which they are returned. The same events always give the
// same commands.
type machine struct {
	tasks  map[sweeps.ID]*entry
	sweeps map[string]*tally
	// dependents holds, for a task, those that need its result and don't have it yet.
	dependents map[sweeps.ID][]sweeps.ID
}

// entry is one task.
type entry struct {
	phase     phase
	run       int      // of the current order, or of the one that settled it
	wants     []string // the sweeps that want it, in the order of their launches
	placedFor []string // the sweeps that the place command named
	source    sweeps.ID
	orphan    bool
	strayed   int         // how often its result was not where its outcome said
	class     queue.Class // of a failure
}

// phase is where a task stands between launch and settlement.
type phase int

const (
	waiting phase = iota // for its source
	queued               // published; a worker may have it
	running              // a worker announced an attempt
	placing              // its outcome is committed, its file not yet in place
	done
	failed
	phases
)

// strayLimit is how often a task is ordered anew whose result did not arrive.
const strayLimit = 2

// tally counts a sweep's tasks by phase.
type tally struct {
	total    int
	phases   [phases]int
	launched bool // all its tasks have been wanted
	finished bool
}

func newMachine() *machine {
	return &machine{tasks: map[sweeps.ID]*entry{}, sweeps: map[string]*tally{}, dependents: map[sweeps.ID][]sweeps.ID{}}
}

// step takes an event and returns what is to be done about it.
func (m *machine) step(e event) []command {
	switch e := e.(type) {
	case opened:
		return m.open(e.sweep)
	case kept:
		m.sweeps[e.sweep].total += e.n
		m.sweeps[e.sweep].phases[done] += e.n
	case wanted:
		return m.want(e)
	case launched:
		m.sweeps[e.sweep].launched = true
		return m.finish([]string{e.sweep})
	case started:
		m.pass(e.id, e.run, queued, running)
	case returned:
		m.pass(e.id, e.run, running, queued)
	case outcome:
		return m.commit(e)
	case placed:
		return m.settle(e)
	}
	return nil
}

// open begins a launch of a sweep. What an earlier launch of it wanted doesn't
// count any more, but stays known.
func (m *machine) open(sweep string) []command {
	if m.sweeps[sweep] != nil {
		for _, t := range m.tasks {
			t.wants = slices.DeleteFunc(t.wants, func(s string) bool { return s == sweep })
		}
	}
	m.sweeps[sweep] = &tally{}
	return []command{openSweep{sweep}}
}

// want adds a sweep's wish for a task to those of the sweeps before it.
func (m *machine) want(e wanted) []command {
	t := m.tasks[e.id]
	// What was ordered since the plan looked is not ordered once more.
	fresh := t == nil || (e.execute && t.settled() && e.run >= t.run)
	if fresh {
		t = m.enter(t, e)
	}
	if slices.Contains(t.wants, e.sweep) {
		return nil
	}
	t.wants = append(t.wants, e.sweep)
	m.sweeps[e.sweep].total++
	m.sweeps[e.sweep].phases[t.phase]++
	switch {
	case t.phase == done:
		return []command{link{e.id, e.sweep}}
	case t.phase == failed && !e.here:
		return []command{record{e.id, t.run, e.sweep, t.class}}
	case fresh:
		return m.release(e.id, t)
	}
	return nil
}

// enter makes a task known, or orders a settled one again. Sweeps that wanted the
// earlier order have had their answer and don't count it any more.
func (m *machine) enter(old *entry, e wanted) *entry {
	t := &entry{run: e.run, source: e.source, orphan: e.orphan, phase: done, class: e.class}
	if old != nil {
		for _, s := range old.wants {
			m.sweeps[s].phases[old.phase]--
			m.sweeps[s].total--
		}
		t.run = max(t.run, old.run)
	}
	if e.execute {
		t.run, t.phase, t.class = t.run+1, waiting, ""
	} else if e.class != "" {
		t.phase = failed
	}
	m.tasks[e.id] = t
	return t
}

// release publishes a waiting task whose source is done, fails one whose source
// failed, and lets the others wait.
func (m *machine) release(id sweeps.ID, t *entry) []command {
	if t.phase != waiting || len(t.wants) == 0 {
		return nil
	}
	source := m.tasks[t.source]
	if source != nil && source.phase != done {
		m.dependents[t.source] = append(m.dependents[t.source], id)
	}
	switch {
	case source == nil && t.orphan, source != nil && source.phase == failed:
		return m.fail(id, t, queue.Source)
	case source != nil && source.phase != done:
		return nil
	}
	m.move(t, queued)
	return []command{publish{id, t.run, t.wants[0]}}
}

// pass moves a task of the current order from one phase to another.
func (m *machine) pass(id sweeps.ID, run int, from, to phase) {
	if t := m.tasks[id]; t != nil && t.run == run && t.phase == from {
		m.move(t, to)
	}
}

// commit takes a committed outcome. One that is older than the current order, or
// of a settled task, says nothing new.
func (m *machine) commit(e outcome) []command {
	t := m.tasks[e.id]
	switch {
	case t == nil || e.run > t.run:
		return []command{hold{e.id, e.run}}
	case e.run < t.run || (t.phase != queued && t.phase != running):
		return []command{discard{e.id, e.run, e.attempt}}
	case e.class != "":
		return append(m.fail(e.id, t, e.class), acknowledge{e.id, e.run})
	}
	m.move(t, placing)
	t.placedFor = slices.Clone(t.wants)
	return []command{place{e.id, e.run, t.placedFor}}
}

// settle follows a placed result, or one that could not be: what the outcome
// promised was not what lay there.
func (m *machine) settle(e placed) []command {
	t := m.tasks[e.id]
	if t == nil || t.run != e.run || t.phase != placing {
		return nil
	}
	if e.class != "" {
		return append(m.again(e.id, t, e.class), acknowledge{e.id, e.run})
	}
	m.move(t, done)
	var out []command
	for _, s := range t.wants {
		if !slices.Contains(t.placedFor, s) {
			out = append(out, link{e.id, s})
		}
	}
	out = append(out, acknowledge{e.id, e.run})
	out = append(out, m.releaseDependents(e.id)...)
	return append(out, m.finish(t.wants)...)
}

// again orders a task anew whose result did not arrive, but not for ever.
func (m *machine) again(id sweeps.ID, t *entry, class queue.Class) []command {
	if t.strayed == strayLimit || len(t.wants) == 0 {
		return m.fail(id, t, class)
	}
	t.strayed++
	t.run++
	m.move(t, queued)
	return []command{publish{id, t.run, t.wants[0]}}
}

// releaseDependents lets go on what waited for the task, or failed for want of it.
func (m *machine) releaseDependents(id sweeps.ID) []command {
	held := m.dependents[id]
	delete(m.dependents, id)
	var out []command
	for _, d := range held {
		t := m.tasks[d]
		if t.phase == failed && t.class == queue.Source {
			m.move(t, waiting)
			t.run, t.class = t.run+1, ""
			out = append(out, m.reopen(t.wants)...)
		}
		out = append(out, m.release(d, t)...)
	}
	return out
}

// fail settles a task as failed, and with it the tasks whose source it is.
func (m *machine) fail(id sweeps.ID, t *entry, class queue.Class) []command {
	m.move(t, failed)
	t.class = class
	var out []command
	for _, s := range t.wants {
		out = append(out, record{id, t.run, s, class})
	}
	for _, d := range m.dependents[id] {
		if dependent := m.tasks[d]; dependent.phase == waiting {
			out = append(out, m.fail(d, dependent, queue.Source)...)
		}
	}
	return append(out, m.finish(t.wants)...)
}

func (m *machine) move(t *entry, to phase) {
	for _, s := range t.wants {
		m.sweeps[s].phases[t.phase]--
		m.sweeps[s].phases[to]++
	}
	t.phase = to
}

// finish closes those of the sweeps whose last task has been settled.
func (m *machine) finish(names []string) []command {
	var out []command
	for _, s := range names {
		if t := m.sweeps[s]; t.launched && !t.finished && t.phases[done]+t.phases[failed] == t.total {
			t.finished = true
			out = append(out, finishSweep{s})
		}
	}
	return out
}

// reopen takes back that sweeps were finished.
func (m *machine) reopen(names []string) []command {
	var out []command
	for _, s := range names {
		if t := m.sweeps[s]; t.finished {
			t.finished = false
			out = append(out, openSweep{s})
		}
	}
	return out
}

func (t *entry) settled() bool { return t.phase == done || t.phase == failed }
