package queue

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Settled reports whether the order has an outcome already, so that the task is
// only to be acknowledged. After it Redelivered is certain.
func (d *Delivery) Settled(ctx context.Context) (bool, error) {
	if !d.again {
		last, seq, err := d.lastEvent(ctx)
		if err != nil {
			return false, err
		}
		if last == nil && seq == 0 {
			// Whoever commits has announced an attempt before, and announcements go no
			// sooner than their order is settled and out of the queue.
			d.fresh = true
			return false, nil
		}
		d.again = true // the server counts anew when a sweep is opened again
	}
	m, err := d.q.direct(ctx, d.q.outcomes, d.q.outcome(d.task.ID, d.task.Run))
	if err != nil {
		return false, fmt.Errorf("look for outcome of task %s: %w", d.task.ID, err)
	}
	return m != nil, nil
}

// Commit makes o the outcome of the order and reports whether it is: when it
// returns true the outcome is on the disk and nothing else can take its place;
// false says that another attempt's came first. It is tried until ctx ends; after
// an error it is open whether o was committed, and Commit may be called again
// with the same outcome. The ID and Run are the order's, whatever o says.
func (d *Delivery) Commit(ctx context.Context, o Outcome) (won bool, err error) {
	o.ID, o.Run = d.task.ID, d.task.Run
	return d.q.commit(ctx, o)
}

func (q *Queue) commit(ctx context.Context, o Outcome) (won bool, err error) {
	o.Error = text(o.Error, maxError)
	o.Host, o.Worker, o.Version = text(o.Host, maxName), text(o.Worker, maxName), text(o.Version, maxName)
	o.Started, o.Finished = o.Started.UTC(), o.Finished.UTC()
	data, err := encode(&o)
	if err != nil {
		return false, err
	}
	msg := nats.NewMsg(q.outcome(o.ID, o.Run))
	msg.Data = data
	err = q.retry(ctx, func(ctx context.Context) error {
		_, err := q.js.PublishMsg(ctx, msg)
		return err
	})
	if occupied(err) {
		return q.mine(ctx, msg)
	}
	if err != nil {
		return false, fmt.Errorf("commit outcome of task %s: %w", o.ID, stored(err))
	}
	return true, nil
}

// mine tells an outcome that was refused because another came first from one that
// an earlier try, whose answer was lost, had committed.
func (q *Queue) mine(ctx context.Context, msg *nats.Msg) (bool, error) {
	there, err := q.direct(ctx, q.outcomes, msg.Subject)
	if err != nil {
		return false, fmt.Errorf("read committed outcome: %w", err)
	}
	return there != nil && bytes.Equal(there.Data, msg.Data), nil
}

// OutcomeDelivery is a committed outcome in the coordinator's hands.
type OutcomeDelivery struct {
	Outcome
	msg jetstream.Msg
}

// Ack says that all that follows from the outcome is durable: it is not delivered
// again. It stays in its stream, as a fence, until RemoveOutcome.
func (d *OutcomeDelivery) Ack() error {
	if err := d.msg.Ack(); err != nil {
		return fmt.Errorf("acknowledge outcome of task %s: %w", d.ID, err)
	}
	return nil
}

// Nak has the outcome delivered again soon.
func (d *OutcomeDelivery) Nak() {
	// A lost one is made up for by the end of the outcome's AckWait.
	_ = d.msg.NakWithDelay(time.Second)
}

// coordinatorConsumer is the durable consumer of outcomes.
const coordinatorConsumer = "coordinator"

// outcomeWait is how long an outcome may stay unacknowledged before it is
// delivered again: longer than a burst of placing takes.
const outcomeWait = 2 * time.Minute

// Outcomes calls handle, from one goroutine, with every outcome of this version
// that is in the stream, those of earlier sessions included, in the order of
// their commits; what isn't acknowledged comes again. One that cannot be read
// comes as a failure of class lost, so that its task can be queued again. stop
// waits for a running call of handle to return.
func (q *Queue) Outcomes(ctx context.Context, handle func(OutcomeDelivery)) (stop func(), err error) {
	// Made anew so that what an earlier coordinator had taken comes at once.
	_ = q.outcomes.DeleteConsumer(ctx, coordinatorConsumer)
	consumer, err := q.outcomes.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable:       coordinatorConsumer,
		FilterSubject: q.all("outcomes"),
		DeliverPolicy: jetstream.DeliverAllPolicy,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       outcomeWait,
		MaxDeliver:    -1,
		MaxAckPending: -1, // the coordinator may hold any number
	})
	if err != nil {
		return nil, fmt.Errorf("open outcomes: %w", err)
	}
	run, err := consumer.Consume(func(msg jetstream.Msg) {
		if d, ok := q.received(msg); ok {
			handle(d)
		}
	}, jetstream.PullMaxMessages(500), q.reported("outcomes"))
	if err != nil {
		return nil, fmt.Errorf("read outcomes: %w", err)
	}
	return stopper(run), nil
}

func (q *Queue) received(msg jetstream.Msg) (OutcomeDelivery, bool) {
	o, err := q.decodeOutcome(msg.Subject(), msg.Data())
	if err == nil {
		return OutcomeDelivery{Outcome: *o, msg: msg}, true
	}
	q.log.Error("an outcome cannot be read", "subject", msg.Subject(), "error", err)
	id, run, wrong := q.parseOrder("outcomes", msg.Subject())
	if wrong != nil {
		_ = msg.Term() // it answers no order
		return OutcomeDelivery{}, false
	}
	now := time.Now().UTC()
	return OutcomeDelivery{msg: msg, Outcome: Outcome{
		ID: id, Run: run, Attempt: 1, Class: Lost, Started: now, Finished: now,
		Error: text("the worker's outcome cannot be read: "+err.Error(), maxError),
	}}, true
}

// reported logs what goes wrong between the calls of a consumer's handler; the
// consumer itself goes on as soon as it can.
func (q *Queue) reported(what string) jetstream.PullConsumeOpt {
	return jetstream.ConsumeErrHandler(func(_ jetstream.ConsumeContext, err error) {
		q.log.Info("reading of "+what+" is disturbed", "error", err)
	})
}

// stopper ends a consumer and waits until its handler has returned.
func stopper(run jetstream.ConsumeContext) func() {
	return func() {
		run.Stop()
		<-run.Closed()
	}
}
