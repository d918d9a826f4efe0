package plan

import (
	"path/filepath"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/stopping"
	"eisweep/internal/manifest"
	"eisweep/internal/until"
	"eisweep/sweeps"
)

// stop decides how many seeds the points of a sweep with [until] get, by the results that are there.
func (s *Sweep) stop() error {
	u, ok := s.Sweep.Until()
	if !ok {
		return nil
	}
	decided, err := stopping.Decide(s.planner.ctx, s.planner.prober, u, stopping.Points(s.Expansion), s.result)
	if err != nil {
		return err
	}
	s.decisions = decided.ByPoint
	return decided.Unread
}

// result returns the state and the result of a task, which is not settled if the plan executes it.
func (s *Sweep) result(point, seed int) (stopping.Result, error) {
	t := s.Expansion.At(s.Expansion.NumberOf(point, seed))
	item, ok, err := s.planner.decide(s.Name, &t)
	switch {
	case err != nil:
		return stopping.Result{}, err
	case ok && item.Action == Keep && item.Adopted != nil:
		return s.adopted(item.Adopted), nil
	case ok && item.Action == Leave:
		return stopping.Result{Settled: true}, nil
	case ok && item.Action != Keep:
		return stopping.Result{}, nil
	}
	return s.planner.catalog.Result(t.ID, s.Name)
}

// adopted is the result of a line that the manifest lacks.
func (s *Sweep) adopted(line *manifest.Line) stopping.Result {
	return stopping.Result{Settled: true, Path: filepath.Join(s.planner.root.SweepDir(s.Name), line.File), SHA256: line.SHA256}
}

// isBeyond reports whether the point of the task with a number does not need the task, as far as [until] has decided.
func (s *Sweep) isBeyond(number int) bool {
	if s.decisions == nil {
		return false
	}
	point, seed := s.Expansion.Point(number)
	return seed >= s.decisions[point].Seeds
}

// state is that of a task by the sweep's manifest.
func (s *Sweep) state(id sweeps.ID) catalog.State {
	h := s.planner.catalog.History(id)
	return h.State(s.Name)
}

// IsOut reports whether a task is not part of the sweep, by what [until] has decided so far. What is done stays part of it.
func (s *Sweep) IsOut(number int, id sweeps.ID) bool {
	return s.isBeyond(number) && s.state(id) != catalog.StateDone
}

// leavesOut reports whether the plan ignores a task because of [until]. A rerun does not ignore failed ones.
func (s *Sweep) leavesOut(number int, id sweeps.ID) bool {
	return s.IsOut(number, id) && !(s.IsPartial() && s.state(id) == catalog.StateFailed)
}

// countLater counts the tasks that [until] may add, and the files that are in their way.
func (s *Sweep) countLater() error {
	for number, t := range s.Expansion.Numbered() {
		if point, _ := s.Expansion.Point(number); !s.IsOut(number, t.ID) || s.decisions[point].Reason != until.Undecided {
			continue
		}
		s.Later++
		item, _, err := s.planner.decide(s.Name, &t)
		if err != nil {
			return err
		}
		if item.conflict {
			s.Conflicts++
		}
	}
	return nil
}

// Undecided returns the points that may need more seeds once their tasks are settled, with these tasks.
func (s *Sweep) Undecided() map[int][]sweeps.ID {
	out := map[int][]sweeps.ID{}
	for point, d := range s.decisions {
		if d.Reason != until.Undecided {
			continue
		}
		for seed := range d.Seeds {
			out[point] = append(out[point], s.Expansion.At(s.Expansion.NumberOf(point, seed)).ID)
		}
	}
	return out
}
