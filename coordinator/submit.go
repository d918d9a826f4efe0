package coordinator

import (
	"context"
	"errors"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/plan"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/internal/quality"
	"eisweep/sweeps"
)

// submitAtOnce is how many tasks are submitted before others may use the coordinator.
const submitAtOnce = 200

// submit submits every task of a sweep to the state machine, then the outcomes that were committed meanwhile. A sweep of
// which only some tasks were submitted stays open, so that a launch or a restart resumes it, unless it was cancelled.
func (l *launcher) submit(ctx context.Context, s *plan.Sweep) error {
	err := l.submitItems(ctx, s)
	if err == nil && s.IsPartial() && !l.config.SoleOwner {
		err = l.submitRest(s)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil && l.machine.Status(s.Name) != lifecycle.Cancelled {
		l.step(lifecycle.LaunchAbandoned{Sweep: s.Name})
		l.flush()
		return errors.Join(err, l.failure)
	}
	l.complete(s.Name, l.grower.add(s))
	if record := l.sweeps.Get(s.Name); len(record.Reruns) > 0 {
		err = errors.Join(err, l.recorder.write(s.Name, l.sweeps.Record(record)))
	}
	return errors.Join(err, l.failure)
}

// complete ends a launch, then submits the outcomes that were committed meanwhile. It is called with the lock held.
func (l *launcher) complete(sweep string, undecided bool) {
	l.step(lifecycle.LaunchCompleted{Sweep: sweep, Undecided: undecided})
	for o := range l.book.All() {
		if t, ok := l.machine.Task(o.ID); ok && t.Run == o.Run {
			l.step(lifecycle.Committed(o))
		}
	}
	l.flush()
}

// abandon ends the launch of a sweep of which no task was submitted.
func (l *launcher) abandon(sweep string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.step(lifecycle.LaunchAbandoned{Sweep: sweep})
}

// submitItems submits the tasks by slices, which are planned while others use the
// coordinator, and no faster than the queue takes them.
func (l *launcher) submitItems(ctx context.Context, s *plan.Sweep) error {
	slice := make([]plan.Item, 0, submitAtOnce)
	for item, err := range s.Items() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if slice = append(slice, item); len(slice) < submitAtOnce {
			continue
		}
		if err := l.submitSlice(s.Name, slice); err != nil {
			return err
		}
		slice = slice[:0]
	}
	return l.submitSlice(s.Name, slice)
}

// submitRest submits the tasks that a rerun leaves as they are: the machine may not know the sweep yet. `run` submits
// only those that it was asked for.
func (l *launcher) submitRest(s *plan.Sweep) error {
	rest := lifecycle.RerunRemainder{Sweep: s.Name}
	for number, t := range s.Expansion.Numbered() {
		if s.IsOut(number, t.ID) || l.isWanted(t.ID, s.Name) {
			continue
		}
		h := l.catalog.History(t.ID)
		switch h.State(s.Name) {
		case catalog.StateDone:
			rest.Done++
			l.assess(s.Name, t.ID, h.LastCopy(s.Name).Verdict())
		case catalog.StateFailed:
			item, err := s.Leave(&t, number, h.LastFailure(s.Name))
			if err != nil {
				return err
			}
			if err := l.submitSlice(s.Name, []plan.Item{item}); err != nil {
				return err
			}
		default:
			rest.Dropped++
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.step(rest)
	return nil
}

// assess keeps whether the result of a task that a rerun leaves as it is is suspect.
func (l *launcher) assess(sweep string, id sweeps.ID, v quality.Verdict) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweeps.Get(sweep).Assess(id, v)
}

// isWanted reports whether the machine knows that a sweep wants a task.
func (l *launcher) isWanted(id sweeps.ID, sweep string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.machine.Task(id)
	return ok && t.IsIn(sweep)
}

func (l *launcher) submitSlice(sweep string, items []plan.Item) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.machine.Status(sweep) == lifecycle.Cancelled {
		return &control.Refusal{Kind: control.Input, Text: "sweep " + sweep + " was cancelled while it was being launched"}
	}
	for i := range items {
		l.submitOne(sweep, &items[i])
	}
	return l.failure
}

// submitOne turns a plan's item into an event.
func (l *launcher) submitOne(sweep string, item *plan.Item) {
	s, t := l.sweeps.Get(sweep), item.Task
	if item.Action == plan.Keep {
		s.Reused++
		s.Assess(t.ID, item.Verdict)
		if item.Adopted != nil {
			l.book.Adopt(sweep, t, item.Adopted)
		}
		l.step(lifecycle.TaskReused{Sweep: sweep, N: 1})
		return
	}
	e := lifecycle.TaskRequested{Sweep: sweep, ID: t.ID, Run: item.LastRun, Where: s.Place(item.Number)}
	var lost string
	e.Losses, e.LossClass, lost = l.attempts.Losses(t.ID, item.LastRun+1)
	switch item.Action {
	case plan.Link: // counted when it is done
	case plan.Leave:
		e.Class, e.IsRecorded = protocol.Class(item.Failure.Line.Class), item.Failure.Sweep == sweep
		s.Fail(t, e.Class, item.Failure.Line.Error, item.Failure.Line.Finished)
	case plan.Block:
		l.reasons[t.ID] = item.Reason
		fallthrough
	default:
		if e.Losses >= lifecycle.LossLimit { // a crash kept the failure from being recorded
			l.reasons[t.ID] = lost
		}
		e.Execute, e.Orphan, e.HasResult = true, item.Action == plan.Block, item.HasResult
		s.Retract(t.ID)
		s.Assess(t.ID, 0)
		s.Work.Add(t)
		if item.Selected {
			s.Reruns[t.ID] = true
		}
	}
	if t.Source != nil {
		e.Source = t.Source.Task
	}
	l.sweeps.Submit(sweep, t, item.Failure, func() { l.step(e) })
}
