package coordinator

import (
	"slices"
	"time"

	"eisweep/coordinator/plan"
	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// launchedSweep is what the coordinator keeps of a sweep while it lives. Tasks are
// not kept: they are made again by their numbers.
type launchedSweep struct {
	name string
	// expansions are of the launch and of the reruns after it; nil where no task is of one
	// any more. The same sweep expands to others as its source does.
	expansions []*sweeps.Expansion
	positions  map[sweeps.ID]position // of tasks that are not done

	source   string // the sweep that its networks are of; "" if it needs none
	priority int
	launched time.Time
	file     records.File
	reruns   map[sweeps.ID]bool // ordered again by a rerun

	ran, reused, linked, blocked, left int
	classes                            map[sweeps.ID]protocol.Class // of the tasks that failed
	byClass                            map[protocol.Class]int       // how many of them
	failures                           []control.Failure            // some of them
	work                               work
}

// position is where a task is in one of the expansions.
type position struct{ expansion, number int32 }

func newLaunchedSweep(p *plan.Sweep, priority int, at time.Time, file records.File) *launchedSweep {
	l := &launchedSweep{name: p.Name, expansions: []*sweeps.Expansion{p.Expansion}, positions: map[sweeps.ID]position{},
		classes: map[sweeps.ID]protocol.Class{}, byClass: map[protocol.Class]int{}, priority: priority, launched: at, file: file, reruns: map[sweeps.ID]bool{}}
	if dependence(p.Sweep) > 0 {
		l.source = p.Sweep.SourceName()
	}
	return l
}

// extend begins a rerun, which may replace tasks.
func (s *launchedSweep) extend(p *plan.Sweep) {
	for id := range p.Sweep.Replaced() {
		s.retract(id)
	}
	used := make([]bool, len(s.expansions))
	for _, at := range s.positions {
		used[at.expansion] = true
	}
	for i := range s.expansions {
		if !used[i] {
			s.expansions[i] = nil
		}
	}
	s.expansions = append(s.expansions, p.Expansion)
}

// enter remembers a task by its number in the last expansion.
func (s *launchedSweep) enter(id sweeps.ID, number int) {
	s.positions[id] = position{int32(len(s.expansions) - 1), int32(number)}
}

// task makes a task again; nil when it isn't one of those that are not done.
func (s *launchedSweep) task(id sweeps.ID) *sweeps.Task {
	at, ok := s.positions[id]
	if !ok {
		return nil
	}
	t := s.expansions[at.expansion].At(int(at.number))
	return &t
}

// forget drops what is needed for a task until it is done.
func (s *launchedSweep) forget(id sweeps.ID) {
	delete(s.positions, id)
}

// failed counts a failure for the summary.
func (s *launchedSweep) failed(t *sweeps.Task, class protocol.Class, text string) {
	s.retract(t.ID)
	s.classes[t.ID] = class
	s.byClass[class]++
	if len(s.failures) < failuresKept {
		s.failures = append(s.failures, control.Failure{ID: t.ID, File: t.File, Seed: t.Seed, Class: class, Error: text})
	}
}

// retract takes a failure out of the summary: the task is executed again.
func (s *launchedSweep) retract(id sweeps.ID) {
	class, ok := s.classes[id]
	if !ok {
		return
	}
	delete(s.classes, id)
	if s.byClass[class]--; s.byClass[class] == 0 {
		delete(s.byClass, class)
	}
	s.failures = slices.DeleteFunc(s.failures, func(f control.Failure) bool { return f.ID == id })
}

// revive takes a failure out of the summary, and of what is done.
func (s *launchedSweep) revive(id sweeps.ID) {
	s.retract(id)
	if t := s.task(id); t != nil {
		s.work.reopen(t)
	}
}

// sweep returns a launched sweep; nil when there is none of that name.
func (k *Coordinator) sweep(name string) *launchedSweep {
	for _, s := range k.sweeps {
		if s.name == name {
			return s
		}
	}
	return nil
}

// task makes a task again as a sweep names it; nil when that wants none of that id
// any more.
func (k *Coordinator) task(id sweeps.ID, sweep string) *sweeps.Task {
	if c := &k.submitting; c.task != nil && c.task.ID == id && c.sweep == sweep {
		return c.task
	}
	s := k.sweep(sweep)
	if s == nil {
		return nil
	}
	return s.task(id)
}
