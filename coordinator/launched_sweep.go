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

// launchedSweep is what the coordinator keeps of a sweep in memory. Tasks are not kept: they are made again
// from their numbers.
type launchedSweep struct {
	name string
	// expansions are of the launch and of the reruns after it; nil where no task is of one
	// any more. The same sweep expands to others as its source does.
	expansions []*sweeps.Expansion
	bases      []int32 // of each expansion: where its first task is, counted over all of them
	top        int32   // beyond the last place that was given

	source   string // the sweep that its networks are of; "" if it needs none
	priority int
	launched time.Time
	file     records.File
	reruns   map[sweeps.ID]bool // executed again by a rerun

	ran, reused, linked, blocked, left int
	classes                            map[sweeps.ID]protocol.Class // of the tasks that failed
	byClass                            map[protocol.Class]int       // how many of them
	failures                           []control.Failure            // some of them
	work                               work
}

func newLaunchedSweep(p *plan.Sweep, priority int, at time.Time, file records.File) *launchedSweep {
	l := &launchedSweep{name: p.Name, expansions: []*sweeps.Expansion{p.Expansion}, bases: []int32{0},
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
	s.bases = append(s.bases, s.top)
	s.expansions = append(s.expansions, p.Expansion)
}

// where is the place of a task of the last expansion, from its number there.
func (s *launchedSweep) where(number int) int32 {
	where := s.bases[len(s.bases)-1] + int32(number)
	s.top = max(s.top, where+1)
	return where
}

// at makes the task of a place again.
func (s *launchedSweep) at(where int32) *sweeps.Task {
	i, found := slices.BinarySearch(s.bases, where)
	if !found {
		i--
	}
	t := s.expansions[i].At(int(where - s.bases[i]))
	return &t
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
func (k *Coordinator) revive(id sweeps.ID, sweep string) {
	s := k.sweep(sweep)
	s.retract(id)
	if t := k.task(id, sweep); t != nil {
		s.work.reopen(t)
	}
}

// sweep returns a launched sweep, or nil if there is none of that name.
func (k *Coordinator) sweep(name string) *launchedSweep {
	for _, s := range k.sweeps {
		if s.name == name {
			return s
		}
	}
	return nil
}

// task makes a task again as a sweep names it. It returns nil if the sweep no longer wants a task of that id.
func (k *Coordinator) task(id sweeps.ID, sweep string) *sweeps.Task {
	if c := &k.submitting; c.task != nil && c.task.ID == id && c.sweep == sweep {
		return c.task
	}
	s := k.sweep(sweep)
	where, ok := k.machine.Where(id, sweep)
	if s == nil || !ok {
		return nil
	}
	return s.at(where)
}
