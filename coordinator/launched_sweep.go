package coordinator

import (
	"slices"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/queue"
	"eisweep/sweeps"
)

// launchedSweep is what the coordinator keeps of a sweep while it lives. Tasks are
// not kept: they are made again by their numbers.
type launchedSweep struct {
	name      string
	expansion *sweeps.Expansion
	numbers   map[sweeps.ID]int          // in the expansion, of tasks that are not done
	replaced  map[sweeps.ID]*sweeps.Task // tasks that the expansion no longer has

	source   string // the sweep that its networks are of; "" if it needs none
	priority int
	launched time.Time
	reruns   map[sweeps.ID]bool // ordered again by a rerun
	extended bool               // by a rerun, besides what was wanted before

	ran, reused, linked, blocked, left int
	classes                            map[sweeps.ID]queue.Class // of the tasks that failed
	byClass                            map[queue.Class]int       // how many of them
	failures                           []control.Failure         // some of them
	work                               work
}

func newLaunchedSweep(p *SweepPlan, priority int, at time.Time) *launchedSweep {
	l := &launchedSweep{name: p.Name, expansion: p.expansion, numbers: map[sweeps.ID]int{}, replaced: map[sweeps.ID]*sweeps.Task{},
		classes: map[sweeps.ID]queue.Class{}, byClass: map[queue.Class]int{}, priority: priority, launched: at, reruns: map[sweeps.ID]bool{}}
	if dependence(p.Sweep) > 0 {
		l.source = p.Sweep.SourceName()
	}
	return l
}

// extend takes in that a rerun may have replaced tasks: the expansion is another.
func (s *launchedSweep) extend(p *SweepPlan) {
	s.extended = true
	for id := range p.Sweep.Replaced() {
		if t := s.task(id); t != nil {
			s.replaced[id] = t
		}
		s.retract(id)
	}
	s.expansion = p.expansion
}

// task makes a task again; nil when it isn't one of those that are not done.
func (s *launchedSweep) task(id sweeps.ID) *sweeps.Task {
	if t := s.replaced[id]; t != nil {
		return t
	}
	n, ok := s.numbers[id]
	if !ok {
		return nil
	}
	t := s.expansion.At(n)
	return &t
}

// forget drops what is needed for a task until it is done.
func (s *launchedSweep) forget(id sweeps.ID) {
	delete(s.numbers, id)
	delete(s.replaced, id)
}

// failed counts a failure for the summary.
func (s *launchedSweep) failed(t *sweeps.Task, class queue.Class, text string) {
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
	if c := &k.considered; c.task != nil && c.task.ID == id && c.sweep == sweep {
		return c.task
	}
	s := k.sweep(sweep)
	if s == nil {
		return nil
	}
	return s.task(id)
}
