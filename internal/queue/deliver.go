package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
)

// deliveryLimit is how often an order is delivered without a claim before it is given up: it may crash the
// workers that fetch it.
const deliveryLimit = 5

// deliver reads an order. It returns nil when there is nothing in it to claim.
func (q *Queue) deliver(ctx context.Context, msg jetstream.Msg) *Delivery {
	meta, err := msg.Metadata()
	if err != nil || meta.Stream != q.subjects.Stream("tasks") {
		q.log.Warn("a message is not from the queue of tasks", "subject", msg.Subject())
		return nil
	}
	if meta.NumDelivered > deliveryLimit {
		// Before it is read. A cluster may count wrongly when a leader changes, so the task is tried again.
		q.reject(ctx, msg, protocol.AttemptEvent{Event: protocol.EventReturned, Class: protocol.Lost,
			Error: fmt.Sprintf("its order was delivered %d times, and no worker lived to claim it", meta.NumDelivered-1)})
		return nil
	}
	task, err := q.subjects.DecodeTask(msg.Subject(), msg.Data())
	if err != nil {
		q.reject(ctx, msg, protocol.AttemptEvent{Event: protocol.EventUnreadable, Error: err.Error()})
		return nil
	}
	return &Delivery{q: q, msg: msg, task: task}
}

// reject removes an order that nobody can execute, once the register has the event that says why.
func (q *Queue) reject(ctx context.Context, msg jetstream.Msg, why protocol.AttemptEvent) {
	q.log.Error("a task cannot be executed", "subject", msg.Subject(), "error", why.Error)
	if id, run, err := q.subjects.ParseOrder("tasks", msg.Subject()); err == nil {
		why.ID, why.Run = id, run
		if err := q.noteRejected(ctx, why); err != nil {
			q.log.Error("report a task that cannot be executed", "error", err)
			return // it is delivered again
		}
	}
	if err := msg.Term(); err != nil {
		q.log.Error("remove a task that cannot be executed", "error", err)
	}
}

// giveBack leaves an order to other workers. One that was given back so often that it would count as one that
// crashes workers is returned to the coordinator instead, which sends another.
func (q *Queue) giveBack(msg jetstream.Msg) error {
	if meta, err := msg.Metadata(); err != nil || meta.NumDelivered < deliveryLimit {
		return msg.Nak()
	}
	ctx, cancel := context.WithTimeout(q.Lifetime(), natsconn.AnswerTimeout)
	defer cancel()
	id, run, err := q.subjects.ParseOrder("tasks", msg.Subject())
	if err == nil {
		e := protocol.AttemptEvent{ID: id, Run: run, Event: protocol.EventReturned, Error: "workers gave its order back"}
		err = q.noteRejected(ctx, e)
	}
	if err != nil {
		return errors.Join(err, msg.Nak())
	}
	return msg.Term()
}

// noteRejected puts an event about an order that was not read into the register, unless another worker
// has claimed the task.
func (q *Queue) noteRejected(ctx context.Context, e protocol.AttemptEvent) error {
	last, err := q.Register.Last(ctx, protocol.Attempt{ID: e.ID, Run: e.Run})
	if err != nil {
		return err
	}
	var after uint64
	if last != nil {
		if after = last.Sequence; last.Event == protocol.EventStarted {
			return nil
		}
	}
	e.Token, e.Attempt, e.Worker, e.At = protocol.NewToken(), 1, q.options.Name, time.Now()
	if _, err = q.Register.Note(ctx, e, after); errors.Is(err, ErrOutdated) {
		return nil
	}
	return err
}
