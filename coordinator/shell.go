package coordinator

import (
	"context"

	"eisweep/coordinator/faults"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/outcomes"
	"eisweep/internal/events"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// shell is the coordinator as the packages of its parts see it. It implements attempts.Core, faults.Core,
// outcomes.Core and window.Core.
type shell struct {
	*core
	faults *faults.List
	book   *outcomes.Book
	// Of other parts of the coordinator; all but refill and resume are called with the lock held.
	flush  func()
	refill func()
	task   func(id sweeps.ID, sweep string) *sweeps.Task
	finish func(sweep string)
	resume func(ctx context.Context, sweep string) // called without the lock
}

// Lock takes the core's lock.
func (s *shell) Lock() { s.mu.Lock() }

// Unlock releases the core's lock.
func (s *shell) Unlock() { s.mu.Unlock() }

// Machine is the state machine.
func (s *shell) Machine() *lifecycle.Machine { return s.machine }

// Step feeds an event to the machine and carries out what follows.
func (s *shell) Step(e lifecycle.Event) { s.step(e) }

// Flush makes what was carried out durable.
func (s *shell) Flush() { s.flush() }

// Failure is why the coordinator cannot continue; nil if it can.
func (s *shell) Failure() error { return s.failure }

// Fail says why the coordinator cannot continue.
func (s *shell) Fail(err error) { s.fail(err) }

// CheckOwnership waits until a write may start.
func (s *shell) CheckOwnership(ctx context.Context) error { return s.checkOwnership(ctx) }

// OwnsRoot reports whether a write may start now.
func (s *shell) OwnsRoot() bool { return s.ownsRoot() }

// Record adds an event to the log of events.
func (s *shell) Record(e events.Event) { s.record(e) }

// Announce wakes those who wait for a change.
func (s *shell) Announce() { s.announce() }

// SetReason keeps the error of a task that is about to fail; "" drops it.
func (s *shell) SetReason(id sweeps.ID, reason string) {
	if s.reasons[id] = reason; reason == "" {
		delete(s.reasons, id)
	}
}

// Task makes a task as a sweep names it; nil if the sweep does not want it.
func (s *shell) Task(id sweeps.ID, sweep string) *sweeps.Task { return s.task(id, sweep) }

// Reason is why a task failed or is about to; "" if nothing is known.
func (s *shell) Reason(id sweeps.ID) string { return s.reasons[id] }

// Outcome is the outcome of a run that was committed and is not settled; nil if there is none.
func (s *shell) Outcome(id sweeps.ID, run int) *protocol.Outcome { return s.book.Get(id, run) }

// LastOutcome is the sequence of the last outcome that was taken.
func (s *shell) LastOutcome() uint64 { return s.book.Last() }

// Input says where a worker finds a file.
func (s *shell) Input(in *sweeps.Input) (protocol.InputRef, error) { return s.book.Input(in) }

// Block has a task wait because of an error that may go away.
func (s *shell) Block(c lifecycle.Candidate, err error) { s.faults.Block(c, err) }

// Postpone keeps a command that could not be carried out, and tries it again later.
func (s *shell) Postpone(sweep string, c lifecycle.Command, err error, whole bool) {
	s.faults.Postpone(sweep, c, err, whole)
}

// SetAside is why a sweep is set aside; nil if it is not.
func (s *shell) SetAside(sweep string) error { return s.faults.Of(sweep) }

// KnowsUnwanted reports whether it is known which attempts no sweep wants: no launch is under way, and no sweep waits to
// be resumed.
func (s *shell) KnowsUnwanted() bool { return s.machine.Launches() == 0 && !s.faults.AwaitRestarts() }

// CarryOutAgain carries out a command that was delayed, as far as it is still valid.
func (s *shell) CarryOutAgain(c lifecycle.Command) { s.doAgain(c) }

// Finish ends a sweep whose tasks are all settled.
func (s *shell) Finish(sweep string) { s.finish(sweep) }

// Resume resumes a sweep that could not be resumed when the coordinator started.
func (s *shell) Resume(ctx context.Context, sweep string) { s.resume(ctx, sweep) }

// Refill has the window of orders checked soon.
func (s *shell) Refill() { s.refill() }
