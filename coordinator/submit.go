package coordinator

import (
	"context"
	"errors"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/plan"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// submitAtOnce is how many tasks are submitted before others may use the coordinator.
const submitAtOnce = 200

// submit submits every task of a sweep to the state machine, then the outcomes that were committed meanwhile. A sweep of
// which only some tasks were submitted stays open, so that a launch or a restart resumes it, unless it was cancelled.
func (k *Coordinator) submit(ctx context.Context, s *plan.Sweep) error {
	err := k.submitItems(ctx, s)
	if err == nil && s.IsPartial() && !k.config.Exclusive {
		err = k.submitRest(s)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if err != nil && k.machine.Status(s.Name) != lifecycle.Cancelled {
		k.step(lifecycle.LaunchAbandoned{Sweep: s.Name})
		k.flush()
		return errors.Join(err, k.failure)
	}
	k.step(lifecycle.LaunchCompleted{Sweep: s.Name})
	for o := range k.book.All() {
		if t, ok := k.machine.Task(o.ID); ok && t.Run == o.Run {
			k.step(lifecycle.Committed(o))
		}
	}
	k.flush()
	if l := k.sweeps.Get(s.Name); len(l.Reruns) > 0 {
		err = errors.Join(err, k.writeStanding(s.Name, k.sweeps.Record(l)))
	}
	return errors.Join(err, k.failure)
}

// abandon ends the launch of a sweep of which no task was submitted.
func (k *Coordinator) abandon(sweep string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.step(lifecycle.LaunchAbandoned{Sweep: sweep})
}

// submitItems submits the tasks by slices, which are planned while others use the
// coordinator, and no faster than the queue takes them.
func (k *Coordinator) submitItems(ctx context.Context, s *plan.Sweep) error {
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
		if err := k.submitSlice(s.Name, slice); err != nil {
			return err
		}
		slice = slice[:0]
	}
	return k.submitSlice(s.Name, slice)
}

// submitRest submits the tasks that a rerun leaves as they are: the machine may not know the sweep yet. `run` submits
// only those that it was asked for.
func (k *Coordinator) submitRest(s *plan.Sweep) error {
	rest := lifecycle.RerunRemainder{Sweep: s.Name}
	for number, t := range s.Expansion.Numbered() {
		if k.isWanted(t.ID, s.Name) {
			continue
		}
		h := k.catalog.History(t.ID)
		switch h.State(s.Name) {
		case catalog.StateDone:
			rest.Done++
		case catalog.StateFailed:
			item, err := s.Leave(&t, number, h.LastFailure(s.Name))
			if err != nil {
				return err
			}
			if err := k.submitSlice(s.Name, []plan.Item{item}); err != nil {
				return err
			}
		default:
			rest.Dropped++
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.step(rest)
	return nil
}

// isWanted reports whether the machine knows that a sweep wants a task.
func (k *Coordinator) isWanted(id sweeps.ID, sweep string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, ok := k.machine.Task(id)
	return ok && t.IsIn(sweep)
}

func (k *Coordinator) submitSlice(sweep string, items []plan.Item) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.machine.Status(sweep) == lifecycle.Cancelled {
		return &control.Refusal{Kind: control.Input, Text: "sweep " + sweep + " was cancelled while it was being launched"}
	}
	for i := range items {
		k.submitOne(sweep, &items[i])
	}
	return k.failure
}

// submitOne turns a plan's item into an event.
func (k *Coordinator) submitOne(sweep string, item *plan.Item) {
	s, t := k.sweeps.Get(sweep), item.Task
	if item.Action == plan.Keep {
		s.Reused++
		if item.Adopted != nil {
			k.book.Adopt(sweep, t, item.Adopted)
		}
		k.step(lifecycle.TaskReused{Sweep: sweep, N: 1})
		return
	}
	e := lifecycle.TaskRequested{Sweep: sweep, ID: t.ID, Run: item.LastRun, Where: s.Place(item.Number), Losses: k.attempts.Losses(t.ID, item.LastRun+1)}
	switch item.Action {
	case plan.Link: // counted when it is done
	case plan.Leave:
		e.Class, e.IsRecorded = protocol.Class(item.Failure.Line.Class), item.Failure.Sweep == sweep
		s.Fail(t, e.Class, item.Failure.Line.Error)
	case plan.Block:
		k.reasons[t.ID] = item.Reason
		fallthrough
	default:
		e.Execute, e.Orphan, e.HasResult = true, item.Action == plan.Block, item.HasResult
		s.Retract(t.ID)
		s.Work.Add(t)
		if item.Selected {
			s.Reruns[t.ID] = true
		}
	}
	if t.Source != nil {
		e.Source = t.Source.Task
	}
	k.sweeps.Submit(sweep, t, item.Failure, func() { k.step(e) })
}
