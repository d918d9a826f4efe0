package launched

import (
	"slices"
	"strings"
	"time"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/records"
	"eisweep/coordinator/workload"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/internal/quality"
	"eisweep/sweeps"
)

// FailuresKept is how many failures of a sweep a summary names.
const FailuresKept = 20

// Sweep is what the coordinator keeps of a sweep in memory.
type Sweep struct {
	Name     string
	Source   string // the sweep that its networks are of; "" if it needs none
	Priority int
	User     string    // who launched it
	Paused   time.Time // since when it is paused; zero if it is not, or an earlier version paused it
	Most     int       // tasks that may run at a time; 0: any number
	Launch   string    // names its latest launch
	File     records.File
	Work     workload.Work
	Reruns   map[sweeps.ID]bool // executed again by a rerun

	Ran, Reused, Linked int // results

	launched time.Time
	// expansions are of the launch and of the reruns after it; nil where no task is of one
	// any more. The same sweep expands to others as its source does.
	expansions []*sweeps.Expansion
	bases      []int32 // of each expansion: where its first task is, counted over all of them
	top        int32   // beyond the last place that was given

	classes  map[sweeps.ID]protocol.Class // of the tasks that failed
	byClass  map[protocol.Class]int       // how many of them
	since    map[protocol.Class]time.Time // since when some have failed
	failures []control.Failure            // some of them

	verdicts map[sweeps.ID]quality.Verdict // of the tasks whose results are suspect
}

// NewSweep is a sweep that is launched at a time with a priority, and whose stored file is recorded so.
func NewSweep(sweep *sweeps.Sweep, e *sweeps.Expansion, priority int, at time.Time, file records.File) *Sweep {
	s := &Sweep{Name: sweep.Name(), Priority: priority, File: file, Reruns: map[sweeps.ID]bool{}, launched: at,
		expansions: []*sweeps.Expansion{e}, bases: []int32{0}, classes: map[sweeps.ID]protocol.Class{}, byClass: map[protocol.Class]int{},
		since: map[protocol.Class]time.Time{}, verdicts: map[sweeps.ID]quality.Verdict{}}
	if NeedsSweep(sweep) {
		s.Source = sweep.SourceName()
	}
	return s
}

// NeedsSweep reports whether a sweep needs the networks of another one.
func NeedsSweep(s *sweeps.Sweep) bool { return s.SourceName() != "" && !s.SourceIsPath() }

// Extend begins a rerun, which may replace tasks.
func (s *Sweep) Extend(sweep *sweeps.Sweep, e *sweeps.Expansion) {
	for id := range sweep.Replaced() {
		s.Retract(id)
		s.Assess(id, 0)
	}
	s.bases = append(s.bases, s.top)
	s.expansions = append(s.expansions, e)
}

// Place is where the task with that number in the last expansion is.
func (s *Sweep) Place(number int) int32 {
	place := s.bases[len(s.bases)-1] + int32(number)
	s.top = max(s.top, place+1)
	return place
}

// at makes the task of a place again.
func (s *Sweep) at(place int32) *sweeps.Task {
	i, found := slices.BinarySearch(s.bases, place)
	if !found {
		i--
	}
	t := s.expansions[i].At(int(place - s.bases[i]))
	return &t
}

// Fail counts a failure for the summary; at is when the task failed.
func (s *Sweep) Fail(t *sweeps.Task, class protocol.Class, text string, at time.Time) {
	s.Retract(t.ID)
	if since, ok := s.since[class]; !ok || at.Before(since) {
		s.since[class] = at
	}
	s.classes[t.ID] = class
	s.byClass[class]++
	if len(s.failures) < FailuresKept {
		s.failures = append(s.failures, control.Failure{ID: t.ID, File: t.File, Seed: t.Seed, Class: class, Error: text})
	}
}

// Retract takes a failure out of the summary: the task is executed again.
func (s *Sweep) Retract(id sweeps.ID) {
	class, ok := s.classes[id]
	if !ok {
		return
	}
	delete(s.classes, id)
	if s.byClass[class]--; s.byClass[class] == 0 {
		delete(s.byClass, class)
		delete(s.since, class)
	}
	s.failures = slices.DeleteFunc(s.failures, func(f control.Failure) bool { return f.ID == id })
}

// Assess keeps whether the result that a task has now is suspect, if it has one.
func (s *Sweep) Assess(id sweeps.ID, v quality.Verdict) {
	if v == 0 {
		delete(s.verdicts, id)
	} else {
		s.verdicts[id] = v
	}
}

// Launched is when the sweep was launched.
func (s *Sweep) Launched() time.Time { return s.launched }

// LastFailure is the last of the failures that are kept; nil if there is none.
func (s *Sweep) LastFailure() *control.Failure {
	if len(s.failures) == 0 {
		return nil
	}
	f := s.failures[len(s.failures)-1]
	return &f
}

// FailedSince is since when tasks have failed; zero if none has.
func (s *Sweep) FailedSince() (first time.Time) {
	for _, at := range s.since {
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first
}

// Classes are the failed tasks by class, as a record of a finished sweep has them.
func (s *Sweep) Classes() map[protocol.Class]records.SettledClass {
	out := map[protocol.Class]records.SettledClass{}
	for class, n := range s.byClass {
		c := records.SettledClass{Failed: n, Since: s.since[class]}
		for i := range s.failures {
			if f := &s.failures[i]; f.Class == class {
				c.File = f.File
				c.Error, _, _ = strings.Cut(f.Error, "\n")
				break
			}
		}
		out[class] = c
	}
	return out
}

// Suspects is how many tasks have suspect results.
func (s *Sweep) Suspects() int { return len(s.verdicts) }

// reasons counts the tasks with suspect results by each reason.
func (s *Sweep) reasons() map[string]int {
	out := map[string]int{}
	for _, v := range s.verdicts {
		for _, name := range v.Names() {
			out[name]++
		}
	}
	return out
}

// submission is the task that a launch is submitting to the state machine: the commands that follow from it at once
// don't have to make it again.
type submission struct {
	sweep   string
	task    *sweeps.Task
	failure *catalog.Entry // of a failure that a manifest has
}
