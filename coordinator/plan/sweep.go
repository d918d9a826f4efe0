package plan

import (
	"errors"
	"iter"
	"sort"

	"eisweep/coordinator/catalog"
	"eisweep/internal/control"
	"eisweep/internal/until"
	"eisweep/sweeps"
)

// Sweep is a Plan's part for one sweep.
type Sweep struct {
	control.SweepPlan
	Sweep     *sweeps.Sweep
	Expansion *sweeps.Expansion

	planner   *planner
	decisions map[int]until.Decision // of the points of a sweep with [until]; nil if it has none
}

// Items ranges over the sweep's tasks in their order, those alone that a rerun selects. Of a sweep with [until] it leaves out the
// tasks that are not decided. It ends with an error where a file cannot be looked at, and when the plan's context ends.
func (s *Sweep) Items() iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for number, t := range s.Expansion.Numbered() {
			if s.leavesOut(number, t.ID) {
				continue
			}
			item, ok, err := s.planner.decide(s.Sweep.Name(), &t)
			item.Number = number
			if s.isBeyond(number) && item.Action != Keep && !s.IsPartial() {
				continue
			}
			if err == nil {
				err = s.planner.ctx.Err()
			}
			if err != nil {
				yield(Item{}, err)
				return
			}
			if ok && !yield(item, nil) {
				return
			}
		}
	}
}

// IsPartial reports whether the request is for some of the sweep's tasks.
func (s *Sweep) IsPartial() bool { return s.planner.request.IsPartial() }

// Leave returns an item that leaves a task's failure as it is.
func (s *Sweep) Leave(t *sweeps.Task, number int, failure *catalog.Ref) (Item, error) {
	item := Item{Task: t, Number: number}
	err := s.planner.leave(&item, failure)
	return item, err
}

// count fills in the plan's figures; depended says whether other sweeps of the launch
// need to know what this one executes.
func (s *Sweep) count(depended bool) error {
	gone, previous := &catalog.Files{}, &previousLaunch{}
	if !s.planner.request.IsPartial() {
		var err error
		if previous, err = readPrevious(s.planner.root, s.Sweep); err != nil {
			return err
		}
		gone = s.planner.catalog.Recorded(s.Name)
	}
	for item, err := range s.Items() {
		if err != nil {
			return err
		}
		s.add(&item)
		gone.Remove(item.Task.File)
		if previous.replaced[item.Task.ID] {
			s.Restored++
		}
		if depended && (item.Action == Run || item.Action == Wait) {
			s.planner.coming[item.Task.ID] = true
		}
	}
	return errors.Join(s.countLater(), s.countGone(gone), s.countDropped(previous))
}

// countGone lists the files of earlier launches that are still there.
func (s *Sweep) countGone(gone *catalog.Files) error {
	for file, err := range gone.Names() {
		if err != nil {
			return err
		}
		exists, err := s.planner.exists(s.Name, file)
		if err != nil {
			return err
		}
		if exists {
			s.Gone = append(s.Gone, file)
		}
	}
	sort.Strings(s.Gone)
	return nil
}

func (s *Sweep) add(item *Item) {
	s.Tasks++
	switch item.Action {
	case Run:
		s.New++
		if item.retried {
			s.Retried++
		}
		if item.damaged {
			s.Damaged++
		}
	case Wait:
		s.Waiting++
	case Block:
		s.Blocked++
	case Keep:
		s.Done++
	case Link:
		s.Linked++
	case Leave:
		s.Settled++
	}
	if item.conflict {
		s.Conflicts++
	}
}
