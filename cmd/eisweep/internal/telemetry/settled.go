package telemetry

import (
	"slices"
	"sync"
	"time"

	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/internal/root"
)

// lookEvery is how often the records of settled sweeps are listed, at most.
const lookEvery = time.Minute

// Settled knows the sweeps of a root that were finished or cancelled before its coordinator started. Their records do not change
// any more, unless a sweep is launched again; then the coordinator has it. It is safe for concurrent use.
type Settled struct {
	root *root.Root

	mu     sync.Mutex
	looked time.Time
	list   []settled          // in order of launch
	known  map[string]settled // never changed, only replaced
}

type settled struct {
	state    control.SweepState
	launched time.Time
}

// NewSettled knows the settled sweeps of a root.
func NewSettled(r *root.Root) *Settled {
	s := &Settled{root: r}
	s.Look()
	return s
}

// Except lists the settled sweeps that are not among those of a coordinator, in the order of their launches. What cannot be read is
// left out.
func (s *Settled) Except(running []control.SweepState) (out []control.SweepState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := map[string]bool{}
	for i := range running {
		names[running[i].Name] = true
	}
	for _, one := range s.list {
		if !names[one.state.Name] {
			out = append(out, one.state)
		}
	}
	return out
}

// Look reads the records that are new, if the last time was a while ago. It takes as long as the storage does.
func (s *Settled) Look() {
	s.mu.Lock()
	known, looked := s.known, s.looked
	s.mu.Unlock()
	if time.Since(looked) < lookEvery {
		return
	}
	names, err := records.Names(s.root)
	if err != nil {
		return
	}
	list, now := []settled{}, map[string]settled{}
	for _, name := range names {
		one, ok := known[name]
		if !ok {
			one, ok = s.read(name)
		}
		if ok {
			now[name] = one
			list = append(list, one)
		}
	}
	slices.SortStableFunc(list, func(a, b settled) int { return a.launched.Compare(b.launched) })
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known, s.list, s.looked = now, list, time.Now()
}

// read reads a sweep's record; ok is false if the sweep is not settled. Its tasks are unknown if its manifest has changed since.
func (s *Settled) read(name string) (one settled, ok bool) {
	record, err := records.Read(s.root, name)
	if err != nil || !isSettled(record.Status) {
		return one, false
	}
	one = settled{control.SweepState{Name: name, Status: record.Status}, record.Launched}
	if n, ok := records.ReadSettled(s.root, name); ok {
		one.state.Progress = control.Progress{Tasks: n.Tasks, Done: n.Done, Failed: n.Failed, Suspect: n.Suspect}
	}
	return one, true
}
