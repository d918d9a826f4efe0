package lifecycle

import (
	"fmt"
	"slices"

	"eisweep/sweeps"
)

// checkMachine holds what the machine counts against what it knows of tasks, and its entries and
// states against each other; it returns what is wrong.
func checkMachine(m *Machine) string {
	queued := 0
	for id, t := range m.tasks {
		if t.phase == Queued {
			queued++
		}
		for _, name := range m.sets.of(t.want) {
			s, at, ok := m.place(id, name)
			if !ok || s.states[at] != tracked {
				return fmt.Sprintf("task %d has no place in sweep %s, which wants it", id[15], name)
			}
		}
	}
	if queued != m.queued {
		return fmt.Sprintf("%d tasks are queued, %d are counted", queued, m.queued)
	}
	for name, s := range m.sweeps {
		if problem := checkSweep(m, s); problem != "" {
			return fmt.Sprintf("sweep %s: %s", name, problem)
		}
	}
	return ""
}

func checkSweep(m *Machine, s *sweep) string {
	var has [phases]int
	seen := map[sweeps.ID]bool{}
	for at, is := range s.states {
		id := s.ids[at]
		if is == absent {
			continue
		}
		if seen[id] {
			return fmt.Sprintf("task %d has two places", id[15])
		}
		seen[id] = true
		if (m.tasks[id] != nil) != (is == tracked) {
			return fmt.Sprintf("task %d has an entry and a state, or neither", id[15])
		}
		if t := m.tasks[id]; t != nil && !m.sets.has(t.want, s.name) {
			return fmt.Sprintf("task %d has a place and is not wanted", id[15])
		}
		phase, _ := m.phaseOf(id)
		has[phase]++
		if phase == Pending && s.isOpen() && s.launched && !m.deferred[id] && !willBeSeen(s, int32(at)) {
			return fmt.Sprintf("pending task %d will never be sent", id[15])
		}
	}
	sum := 0
	for p, counted := range s.counts {
		sum += counted
		// What is settled may no longer be known, or belong to another run by now.
		settled := slices.Contains([]Phase{Done, Failed, Dropped}, Phase(p))
		if counted < has[p] || counted != has[p] && !settled {
			return fmt.Sprintf("%d tasks are counted as %v, and %d are", counted, Phase(p), has[p])
		}
	}
	if sum != s.total {
		return fmt.Sprintf("%d tasks are counted by phase, and %d in all", sum, s.total)
	}
	if s.finished && !s.settled() {
		return "it is finished, and not settled"
	}
	return ""
}

// willBeSeen reports whether a position is still to be looked at for something to send.
func willBeSeen(s *sweep, at int32) bool {
	for _, list := range s.parked {
		if slices.Contains(list, at) {
			return true
		}
	}
	return int(at) >= s.next || slices.Contains(s.early, at) || slices.Contains(s.last, at)
}
