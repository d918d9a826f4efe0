package lifecycle

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"

	"eisweep/sweeps"
)

// fingerprint tells states apart.
type fingerprint [16]byte

// encoder writes a state down.
type encoder []byte

func (e *encoder) number(list ...int) {
	for _, n := range list {
		*e = binary.AppendVarint(*e, int64(n))
	}
}

func (e *encoder) flag(list ...bool) {
	for _, is := range list {
		if is {
			*e = append(*e, 1)
		} else {
			*e = append(*e, 0)
		}
	}
}

func (e *encoder) text(list ...string) {
	e.number(len(list))
	for _, s := range list {
		*e = append(append(*e, s...), 0)
	}
}

func (e *encoder) key(list ...runKey) {
	e.number(len(list))
	for _, k := range list {
		e.number(indexOf(k.ID), k.Run)
	}
}

// fingerprintOf writes everything down that decides what can happen in a world from now on.
func fingerprintOf(w *exploredWorld) fingerprint {
	e := make(encoder, 0, 512)
	for task := range explored {
		e.flag(w.lost[task])
		e.number(w.runs[task], w.resultOf[task])
		for i := range exploredSweeps {
			e.number(w.queue[task][i].run, w.lines[task][i].run)
			e.flag(w.queue[task][i].delivered, w.files[task][i], w.lines[task][i].isDone)
			e.text(string(w.lines[task][i].class))
		}
	}
	w.encodeOpen(&e)
	w.machine.encode(&e)
	h := fnv.New128a()
	h.Write(e)
	var f fingerprint
	h.Sum(f[:0])
	return f
}

// encodeOpen writes down what is under way.
func (w *exploredWorld) encodeOpen(e *encoder) {
	attempts := slices.Clone(w.attempts)
	slices.SortFunc(attempts, exploredAttempt.compare)
	e.number(len(attempts))
	for _, a := range attempts {
		e.number(a.task, a.sweep, a.run)
		e.flag(a.silent)
	}
	e.number(len(w.held))
	for _, o := range w.held {
		e.key(o.key)
		e.text(string(o.class))
	}
	e.key(w.delayed...)
	e.key(slices.SortedFunc(slices.Values(w.acked), runKey.compare)...)
	e.number(len(w.links))
	for _, l := range w.links {
		e.number(indexOf(l.ID), sweepIndex(l.Sweep))
	}
	e.number(w.spent.launches, w.spent.silences, w.spent.losses, w.spent.damages, len(w.steps))
	for _, s := range w.steps {
		e.text(s.sweep)
		if t, ok := s.event.(TaskRequested); ok {
			e.number(indexOf(t.ID), t.Run)
			e.flag(t.Execute, t.IsRecorded, t.Orphan, t.HasResult)
			e.text(string(t.Class))
		} else {
			e.text(fmt.Sprintf("%T", s.event))
		}
	}
}

// encode writes everything down that decides what the machine does from now on.
func (m *Machine) encode(e *encoder) {
	for task := range explored {
		id := exploredID(task)
		if t := m.tasks[id]; t != nil {
			e.number(int(t.run), int(t.phase), int(t.class), int(t.misplaced), indexOf(m.sources[id]))
			e.flag(t.orphan, t.hasResult)
			e.text(m.sets.of(t.sweeps)...)
			e.text(m.sets.of(t.placedFor)...)
			e.text(m.queueOf(t))
		}
		dependents := slices.Compact(inOrder(slices.Clone(m.dependents[id])))
		e.flag(m.tasks[id] != nil)
		e.number(len(dependents))
		for _, d := range dependents {
			e.number(indexOf(d))
		}
	}
	for _, name := range exploredSweeps {
		if s := m.sweeps[name]; s != nil {
			e.number(s.phases[:]...)
			e.number(s.total)
			e.flag(s.launched, s.finished)
			e.text(string(s.status))
		}
		e.flag(m.sweeps[name] != nil)
	}
	e.number(m.launches)
}

// String describes a state for people.
func (w *exploredWorld) String() string {
	var out strings.Builder
	for task := range explored {
		t, ok := w.machine.Task(exploredID(task))
		fmt.Fprintf(&out, "task %d is known: %v, %+v, queue %v, manifests %+v\n", task+1, ok, t, w.queue[task], w.lines[task])
	}
	for _, sweep := range exploredSweeps {
		fmt.Fprintf(&out, "sweep %s is %q, launched %v, finished %v: %+v\n", sweep, w.machine.Status(sweep), w.machine.IsLaunched(sweep),
			w.machine.IsFinished(sweep), w.machine.Counts(sweep))
	}
	fmt.Fprintf(&out, "attempts %+v, outcomes that are not acknowledged %+v\n", w.attempts, w.held)
	return out.String()
}

// cloneMachine copies a machine.
func cloneMachine(m *Machine) *Machine {
	c := *m
	c.tasks, c.sweeps = make(map[sweeps.ID]*entry, len(m.tasks)), make(map[string]*sweepState, len(m.sweeps))
	for id, t := range m.tasks {
		copied := *t
		c.tasks[id] = &copied
	}
	for name, s := range m.sweeps {
		copied := *s
		c.sweeps[name] = &copied
	}
	c.sets = sweepSets{slices.Clone(m.sets.lists), maps.Clone(m.sets.numbers)}
	c.sources, c.dependents = maps.Clone(m.sources), make(map[sweeps.ID][]sweeps.ID, len(m.dependents))
	for id, list := range m.dependents {
		c.dependents[id] = slices.Clone(list)
	}
	return &c
}
