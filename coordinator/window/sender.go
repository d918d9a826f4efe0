package window

import (
	"errors"

	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/workers"
	"eisweep/coordinator/workload"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sim"
	"eisweep/sweeps"
)

// sender makes the orders of the tasks whose turn it is. It is used with the lock held.
type sender struct {
	*Window
	room   workers.Room
	isBusy bool // a task has its last chance now
	tasks  []protocol.TaskMessage
	events []lifecycle.Event // of tasks that turned out to need no order
	begun  []queue.Entry     // of tasks that a worker runs already
}

// HasRoom implements lifecycle.Sender. An order for which some connected worker lacks memory is sent only while
// a free slot elsewhere has the memory, one order for each such slot.
func (s *sender) HasRoom(bytes int64) bool {
	return s.room.FitsAll(bytes) || len(s.scarce) < s.room.FreeSlots(bytes)
}

// Offer implements lifecycle.Sender.
func (s *sender) Offer(c lifecycle.Candidate) lifecycle.Offer {
	core := s.config.Core
	if o := core.Outcome(c.ID, c.Run); o != nil { // committed before this coordinator started, or before anybody wanted it
		s.events = append(s.events, lifecycle.Committed(o))
		return lifecycle.Offer{Answer: lifecycle.Later}
	}
	if e := s.config.Attempts.Last(c.ID, c.Run); e.Event == protocol.EventStarted { // no sweep wanted it for a while
		s.begun = append(s.begun, e)
		return lifecycle.Offer{Answer: lifecycle.Later}
	}
	if s.config.Attempts.Delay(c.ID) > 0 {
		return lifecycle.Offer{Answer: lifecycle.Deferred}
	}
	isLastChance := s.config.Attempts.IsLastChance(c.ID, c.Run)
	t := core.Task(c.ID, c.Sweep)
	if t == nil || isLastChance && s.isBusy {
		return lifecycle.Offer{Answer: lifecycle.Later}
	}
	bytes := sim.Memory(t.Experiment, t.Parameters)
	if !s.HasRoom(bytes) {
		return lifecycle.Offer{Answer: lifecycle.NoRoom, Bytes: bytes}
	}
	m, err := s.Message(c, t)
	if err != nil {
		return s.sourceless(c, err)
	}
	if !s.room.FitsAll(bytes) {
		s.scarce[order{c.ID, c.Run}] = bytes
	}
	if isLastChance {
		s.isBusy, s.lastChance = true, order{c.ID, c.Run}
	}
	core.SetReason(c.ID, "")
	s.tasks = append(s.tasks, m)
	return lifecycle.Offer{Seconds: s.duration.perCost * workload.Cost(t), Bytes: bytes}
}

// sourceless settles a task that cannot be executed because its source is gone. While that cannot be
// determined, the task waits; the faults say when it is looked at again.
func (s *sender) sourceless(c lifecycle.Candidate, err error) lifecycle.Offer {
	if errors.Is(err, ErrGone) {
		s.config.Core.SetReason(c.ID, err.Error())
		s.events = append(s.events, lifecycle.OutcomeCommitted{ID: c.ID, Run: c.Run, Class: protocol.Source})
		return lifecycle.Offer{Answer: lifecycle.Later}
	}
	s.config.Core.Block(c, err)
	return lifecycle.Offer{Answer: lifecycle.Deferred}
}

// Message is the order to execute a task, as workers get it. The error wraps ErrGone if the file that the task starts
// from no longer exists. The lock is held.
func (w *Window) Message(c lifecycle.Candidate, t *sweeps.Task) (protocol.TaskMessage, error) {
	m := protocol.TaskMessage{ID: c.ID, Run: c.Run, Sweep: c.Sweep, Experiment: t.Experiment, Seed: t.Seed, Parameters: t.Settings(),
		After: w.config.Attempts.Last(c.ID, c.Run).Sequence, Attempt: c.Losses + 1, Earlier: w.config.Attempts.Leftovers(c.ID)}
	if t.Source != nil {
		in, err := w.config.Core.Input(t.Source)
		if err != nil {
			return m, err
		}
		m.Source = &in
	}
	if t.Initial != nil {
		in, err := w.config.Core.Input(&t.Initial.Input)
		if err != nil {
			return m, err
		}
		m.Initial = &protocol.InitialRef{InputRef: in, Take: t.Initial.Take}
	}
	return m, nil
}

// CheckSendable returns the error that keeps a task of a sweep from being sent. It is nil if the task can be sent, is
// certain to fail, or is no longer wanted. The lock is held.
func (w *Window) CheckSendable(id sweeps.ID, sweep string) error {
	is, ok := w.config.Core.Machine().Task(id)
	t := w.config.Core.Task(id, sweep)
	if !ok || is.IsSettled() || t == nil {
		return nil
	}
	_, err := w.Message(lifecycle.Candidate{ID: id, Run: is.Run, Sweep: sweep}, t)
	if errors.Is(err, ErrGone) {
		return nil
	}
	return err
}
