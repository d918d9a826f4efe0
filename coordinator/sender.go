package coordinator

import (
	"errors"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sim"
	"eisweep/sweeps"
)

// sender makes the orders of the tasks whose turn it is. It is used with the lock held.
type sender struct {
	k      *Coordinator
	room   room
	tasks  []protocol.Task
	events []lifecycle.Event // of tasks that turned out to need no order
	begun  []queue.Entry     // of tasks that a worker runs already
}

// HasRoom implements lifecycle.Sender. An order for which some connected worker lacks memory is sent only while
// a free slot elsewhere has the memory, one order for each such slot.
func (s *sender) HasRoom(bytes int64) bool {
	if s.room.fitsAll(bytes) {
		return true
	}
	return len(s.k.window.scarce) < s.room.freeSlots(bytes)
}

// Offer implements lifecycle.Sender.
func (s *sender) Offer(c lifecycle.Candidate) lifecycle.Offer {
	k, key := s.k, runKey{c.ID, c.Run}
	if d, ok := k.held[key]; ok { // committed before this coordinator started, or before anybody wanted it
		s.events = append(s.events, committed(&d.Outcome))
		return lifecycle.Offer{Answer: lifecycle.Later}
	}
	if e, ok := k.register[key]; ok && e.Event == protocol.EventStarted { // no sweep wanted it for a while
		s.begun = append(s.begun, e)
		return lifecycle.Offer{Answer: lifecycle.Later}
	}
	if time.Now().Before(k.delayed[c.ID]) {
		return lifecycle.Offer{Answer: lifecycle.Later}
	}
	t := k.task(c.ID, c.Sweep)
	if t == nil {
		return lifecycle.Offer{Answer: lifecycle.Later}
	}
	bytes := sim.Memory(t.Experiment, t.Parameters)
	if !s.HasRoom(bytes) {
		return lifecycle.Offer{Answer: lifecycle.NoRoom, Bytes: bytes}
	}
	m, err := k.message(c, t)
	if err != nil {
		return s.sourceless(c, err)
	}
	if !s.room.fitsAll(bytes) {
		k.window.scarce[key] = bytes
	}
	delete(k.reasons, c.ID)
	s.tasks = append(s.tasks, m)
	return lifecycle.Offer{Seconds: k.window.perCost * cost(t), Bytes: bytes}
}

// sourceless settles a task that cannot be executed because its source is gone. While that cannot be
// determined, the task waits.
func (s *sender) sourceless(c lifecycle.Candidate, err error) lifecycle.Offer {
	if errors.Is(err, errGone) {
		s.k.reasons[c.ID] = err.Error()
		s.events = append(s.events, lifecycle.OutcomeCommitted{ID: c.ID, Run: c.Run, Class: protocol.Source})
	} else {
		s.k.faults.block(c, err)
	}
	return lifecycle.Offer{Answer: lifecycle.Later}
}

// message is the order to execute a task, as workers get it.
func (k *Coordinator) message(c lifecycle.Candidate, t *sweeps.Task) (protocol.Task, error) {
	m := protocol.Task{ID: c.ID, Run: c.Run, Sweep: c.Sweep, Experiment: t.Experiment, Seed: t.Seed, Parameters: map[string]any{},
		After: k.register[runKey{c.ID, c.Run}].Sequence, Attempt: c.Losses + 1, Earlier: k.leftovers.of(c.ID)}
	for _, s := range t.Settings() {
		m.Parameters[s.Name] = s.Value.Any()
	}
	if t.Source != nil {
		in, err := k.input(t.Source)
		if err != nil {
			return m, err
		}
		m.Source = &in
	}
	if t.Initial != nil {
		in, err := k.input(&t.Initial.Input)
		if err != nil {
			return m, err
		}
		m.Initial = &protocol.Initial{Input: in, Take: t.Initial.Take}
	}
	return m, nil
}

// committed is the event of a committed outcome.
func committed(o *protocol.Outcome) lifecycle.OutcomeCommitted {
	return lifecycle.OutcomeCommitted{ID: o.ID, Run: o.Run, Token: o.Token, Class: o.Class, Seconds: o.Finished.Sub(o.Started).Seconds()}
}
