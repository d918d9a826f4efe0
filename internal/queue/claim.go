package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/protocol"
)

// Delivery is an order that a worker has fetched and not claimed.
type Delivery struct {
	q    *Queue
	msg  jetstream.Msg
	task *protocol.TaskMessage
}

// Task returns the order. The caller must not change it.
func (d *Delivery) Task() *protocol.TaskMessage { return d.task }

// Verdict says what a worker is to do with an order.
type Verdict uint8

// The verdicts.
const (
	Execute Verdict = iota // the task is this worker's
	Skip                   // another has claimed it, or the order is outdated
)

// Admit claims the task for an attempt with a new token, and takes the order out of the queue. From then on the
// register says who executes the task. The attempt is nil unless the verdict is Execute.
func (d *Delivery) Admit(ctx context.Context, worker, host string) (Verdict, *Attempt, error) {
	return d.claim(ctx, protocol.AttemptEvent{Event: protocol.EventStarted, Worker: worker, Host: host})
}

// Refuse records in the register that this worker has no memory for the task, and takes the order out of the
// queue.
func (d *Delivery) Refuse(ctx context.Context, worker, host, reason string) error {
	_, _, err := d.claim(ctx, protocol.AttemptEvent{Event: protocol.EventRefused, Worker: worker, Host: host, Error: reason})
	return err
}

// Leave gives the order back to the queue.
func (d *Delivery) Leave() error {
	if err := d.q.giveBack(d.msg); err != nil {
		return fmt.Errorf("give back task %s: %w", d.task.ID, err)
	}
	return nil
}

func (d *Delivery) claim(ctx context.Context, e protocol.AttemptEvent) (Verdict, *Attempt, error) {
	e.ID, e.Run, e.Attempt, e.Token, e.At = d.task.ID, d.task.Run, d.task.Attempt, protocol.NewToken(), time.Now()
	seq, err := d.q.Register.Note(ctx, e, d.task.After)
	if err != nil && !errors.Is(err, ErrOutdated) {
		return Skip, nil, err // the order is delivered again
	}
	if wrong := d.msg.Ack(); wrong != nil {
		d.q.log.Debug("acknowledge order", "task", d.task.ID, "error", wrong) // its next delivery finds the claim
	}
	if err != nil {
		return Skip, nil, nil
	}
	return Execute, &Attempt{q: d.q, event: e, seq: seq}, nil
}

// Attempt is a task that this worker has claimed. Its methods are safe for concurrent use.
type Attempt struct {
	q     *Queue
	event protocol.AttemptEvent // of the claim
	mu    sync.Mutex
	seq   uint64 // of the attempt's own event that the register had last
}

// Name names the attempt.
func (a *Attempt) Name() protocol.Attempt {
	return protocol.Attempt{ID: a.event.ID, Run: a.event.Run, Token: a.event.Token}
}

// IsOver reports whether the register says that the attempt is over: the coordinator ended it, and another
// worker may execute the task by now. If the register knows nothing of the attempt, because its store was made
// anew or restored, IsOver enters the attempt again.
func (a *Attempt) IsOver(ctx context.Context) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.isOver(ctx)
}

// IsReplaced is IsOver, but not of an attempt that the coordinator has ended and that no other has
// followed: the coordinator may still let it continue.
func (a *Attempt) IsReplaced(ctx context.Context) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	last, err := a.last(ctx)
	goesOn := last.Token == a.event.Token && (last.Event == protocol.EventStarted || last.Event == protocol.EventEnded)
	return err == nil && !goesOn, err
}

func (a *Attempt) isOver(ctx context.Context) (bool, error) {
	last, err := a.last(ctx)
	return err == nil && (last.Event != protocol.EventStarted || last.Token != a.event.Token), err
}

// last returns the last event of the run, which is the attempt's claim if the register had lost that.
func (a *Attempt) last(ctx context.Context) (protocol.AttemptEvent, error) {
	for {
		last, err := a.q.Register.Last(ctx, a.Name())
		if err != nil {
			return protocol.AttemptEvent{}, err
		}
		var after uint64
		if last != nil {
			after = last.Sequence
			if last.Event == protocol.EventStarted && last.Token != a.event.Token {
				return last.AttemptEvent, nil
			}
		}
		if after >= a.seq {
			if last.Event == protocol.EventStarted {
				a.seq = after // the coordinator has set the register back, or this is the claim
			}
			return last.AttemptEvent, nil
		}
		// An event older than the claim comes from another store, or from a server that lags behind.
		seq, err := a.q.Register.Note(ctx, a.event, after)
		if err == nil {
			a.seq = seq
			return a.event, nil
		}
		if !errors.Is(err, ErrOutdated) {
			return protocol.AttemptEvent{}, err
		}
	}
}

// Return gives the task up unfinished. Without a class, nothing is wrong with the task; with one, it failed in
// a way that is to be tried again. Return has no effect when the attempt is over.
func (a *Attempt) Return(ctx context.Context, class protocol.Class, reason string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	e := a.event
	e.Event, e.Class, e.Error, e.At = protocol.EventReturned, class, reason, time.Now()
	for {
		_, err := a.q.Register.Note(ctx, e, a.seq)
		if !errors.Is(err, ErrOutdated) {
			return err
		}
		if over, err := a.isOver(ctx); over || err != nil {
			return err
		}
	}
}

// Commit makes o the outcome of the run and reports whether it is. When it returns true, the outcome is on the
// disk and no other takes its place before the coordinator has dealt with it; false says that another attempt's
// outcome came first. It is tried until ctx ends. After an error it is unknown whether o was committed, and
// Commit may be called again with the same outcome. The fields of o that identify the attempt are overwritten.
func (a *Attempt) Commit(ctx context.Context, o protocol.Outcome) (won bool, err error) {
	o.ID, o.Run, o.Token, o.Attempt = a.event.ID, a.event.Run, a.event.Token, a.event.Attempt
	return a.q.commit(ctx, o)
}
