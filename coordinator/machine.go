package coordinator

import (
	"bytes"
	"slices"

	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// machine holds what is known of every task of the launched sweeps and decides
// what follows from an event. It does no I/O and keeps no clock: the shell feeds
// it events in the order in which they become durable and carries its commands
// out in the order in which they are returned. The same events always give the
// same commands.
//
// What a launch orders is in ordering.go, what an outcome settles in settling.go,
// what pausing, resuming and cancelling do in steering.go.
type machine struct {
	tasks  map[sweeps.ID]*entry
	sweeps map[string]*tally
	lists  wantLists
	// sources holds, for a task that starts from a result under this root, the task
	// that makes it.
	sources map[sweeps.ID]sweeps.ID
	// dependents holds, for a task, those that need its result and don't have it yet.
	// Some may be known no more.
	dependents map[sweeps.ID][]sweeps.ID
	launches   int // under way
}

// entry is one task. There may be millions.
type entry struct {
	run       int32 // of the current order, or of the one that settled it
	wants     wants // the sweeps that want it
	placedFor wants // the sweeps that the place command named
	home      wants // the one sweep that it is queued for, when it is queued or running
	phase     phase
	class     classNumber // of a failure
	strayed   uint8       // how often its result was not where its outcome said
	orphan    bool
	stands    bool // it has a result of an earlier order, which a failure leaves
}

// phase is where a task stands between launch and settlement.
type phase uint8

const (
	waiting phase = iota // for its source
	queued               // published; a worker may have it
	running              // a worker announced an attempt
	placing              // its outcome is committed, its file not yet in place
	done
	failed
	dropped // of a tally only: taken from the sweep when that was cancelled
	phases
)

// tally counts a sweep's tasks by phase.
type tally struct {
	total    int
	phases   [phases]int
	launched bool // all its tasks have been wanted
	finished bool
	stand    control.Stand // Open, Paused or Cancelled
}

func newMachine() *machine {
	return &machine{tasks: map[sweeps.ID]*entry{}, sweeps: map[string]*tally{}, lists: newWantLists(),
		sources: map[sweeps.ID]sweeps.ID{}, dependents: map[sweeps.ID][]sweeps.ID{}}
}

// step takes an event and returns what is to be done about it.
func (m *machine) step(e event) []command {
	switch e := e.(type) {
	case opened:
		return m.open(e.sweep)
	case reopened:
		return m.extend(e.sweep)
	case replaced:
		m.replace(e)
	case kept:
		m.sweeps[e.sweep].total += e.n
		m.sweeps[e.sweep].phases[done] += e.n
	case wanted:
		return m.want(e)
	case rested:
		m.recount(e)
	case launched:
		return m.launch(e.sweep)
	case abandoned:
		m.launches-- // what nobody wants any more the next launch finds
	case started:
		m.pass(e.id, e.run, queued, running)
	case returned:
		return m.giveBack(e)
	case silenced:
		return m.endAttempt(e)
	case missed:
		return m.miss(e)
	case vanished:
		return m.vanish(e)
	case outcome:
		return m.commit(e)
	case placed:
		return m.settle(e)
	case moved:
		return m.redirect(e)
	case retried:
		return m.retry(e)
	case paused:
		return m.pause(e.sweep)
	case resumed:
		return m.resume(e.sweep)
	case cancelled:
		return m.cancel(e.sweep)
	case tidied:
		m.tidy()
	}
	return nil
}

// pass moves a task of the current order from one phase to another.
func (m *machine) pass(id sweeps.ID, run int, from, to phase) bool {
	t := m.tasks[id]
	ok := t != nil && int(t.run) == run && t.phase == from
	if ok {
		m.move(t, to)
	}
	return ok
}

func (m *machine) move(t *entry, to phase) {
	for _, s := range m.lists.of(t.wants) {
		m.sweeps[s].phases[t.phase]--
		m.sweeps[s].phases[to]++
	}
	t.phase = to
}

// finish closes those of the sweeps whose last task has been settled.
func (m *machine) finish(names []string) []command {
	var out []command
	for _, s := range names {
		if t := m.sweeps[s]; t.launched && !t.finished && t.phases[done]+t.phases[failed]+t.phases[dropped] == t.total {
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

// forget makes a task unknown.
func (m *machine) forget(id sweeps.ID) {
	delete(m.tasks, id)
	delete(m.sources, id)
}

// tidy forgets the results that no unfinished sweep wants. Whoever wants one later
// finds it in the manifests, which a launch that is under way may have read already.
func (m *machine) tidy() {
	if m.launches > 0 {
		return
	}
	for id, t := range m.tasks {
		if t.phase == done && !slices.ContainsFunc(m.lists.of(t.wants), func(s string) bool { return !m.sweeps[s].finished }) {
			m.forget(id)
		}
	}
}

// isCurrent says whether an order is still as it was given: nothing has come of it, and
// nothing was decided since that changes it.
func (m *machine) isCurrent(c publish) bool {
	t := m.tasks[c.id]
	return t != nil && int(t.run) == c.run && (t.phase == queued || t.phase == running) && m.homeName(t) == c.sweep
}

// ordered is how many tasks ought to be in the queue.
func (m *machine) ordered() int {
	n := 0
	for _, t := range m.tasks {
		if t.phase == queued || t.phase == running {
			n++
		}
	}
	return n
}

func (t *entry) settled() bool { return t.phase == done || t.phase == failed }

// inOrder sorts ids: commands must not depend on how a map is gone through.
func inOrder(ids []sweeps.ID) []sweeps.ID {
	slices.SortFunc(ids, func(a, b sweeps.ID) int { return bytes.Compare(a[:], b[:]) })
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
