package queue

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/protocol"
)

// outcomeWaits is how many times AckWait an outcome may stay unacknowledged before it
// is delivered again: longer than a burst of placing takes.
const outcomeWaits = 2

// Outcomes calls handle, from one goroutine, with the outcomes of this version in the
// order of their commits: from the first that no session has acknowledged on, at once
// also where an earlier one had it in hand. What isn't acknowledged comes again. So does
// everything that is still kept when somebody has removed the consumer that knew what is. One
// that cannot be read comes as a failure of class lost, so that its task can be queued
// again. stop waits for a running call of handle to return.
func (q *Queue) Outcomes(ctx context.Context, handle func(OutcomeDelivery)) (stop func(), err error) {
	r := &outcomeReader{q: q, handle: handle, disturbed: make(chan struct{}, 1), done: make(chan struct{})}
	r.reading, r.end = context.WithCancel(q.Lifetime())
	if err := r.begin(ctx); err != nil {
		r.end()
		return nil, err
	}
	go r.keep()
	return func() {
		r.end()
		<-r.done
	}, nil
}

// outcomeReader reads outcomes by one consumer after the other.
type outcomeReader struct {
	q         *Queue
	handle    func(OutcomeDelivery)
	reading   context.Context
	end       context.CancelFunc
	disturbed chan struct{} // holds one when the consumer may be gone
	done      chan struct{}

	name string // of the consumer
	run  jetstream.ConsumeContext
}

// begin makes a consumer and reads by it.
func (r *outcomeReader) begin(ctx context.Context) error {
	var consumer jetstream.Consumer
	err := r.q.Retry(ctx, func(ctx context.Context) (err error) {
		consumer, err = r.createConsumer(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("open outcomes: %w", err)
	}
	r.name = consumer.CachedInfo().Name
	r.run, err = consumer.Consume(func(msg jetstream.Msg) {
		if d, ok := r.received(msg); ok {
			r.handle(d)
		}
	}, jetstream.PullMaxMessages(500), jetstream.ConsumeErrHandler(r.note))
	if err != nil {
		return fmt.Errorf("read outcomes: %w", err)
	}
	return nil
}

// createConsumer creates a consumer that begins where the last one was acknowledged up
// to, and then removes that: whenever this ends too soon, one of them keeps the place.
func (r *outcomeReader) createConsumer(ctx context.Context) (jetstream.Consumer, error) {
	old, floor, next, err := r.q.outcomePlace(ctx)
	if err != nil {
		return nil, err
	}
	consumer, err := r.q.outcomes.CreateConsumer(ctx, jetstream.ConsumerConfig{
		Durable:       protocol.OutcomeConsumer + strconv.Itoa(next),
		FilterSubject: r.q.subjects.All("outcomes"),
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy,
		OptStartSeq:   floor + 1,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       outcomeWaits * r.q.options.AckWait,
		MaxDeliver:    -1,
		MaxAckPending: -1, // the coordinator may hold any number
	})
	if err != nil {
		return nil, err
	}
	for _, name := range old {
		if err := r.q.outcomes.DeleteConsumer(ctx, name); err != nil {
			r.q.log.Warn("remove an earlier coordinator's consumer", "error", err)
		}
	}
	return consumer, nil
}

// received reads an outcome, and reports whether it is of an order at all.
func (r *outcomeReader) received(msg jetstream.Msg) (OutcomeDelivery, bool) {
	o, err := r.q.subjects.DecodeOutcome(msg.Subject(), msg.Data())
	if err == nil {
		return OutcomeDelivery{Outcome: *o, msg: msg}, true
	}
	r.q.log.Error("an outcome cannot be read", "subject", msg.Subject(), "error", err)
	id, run, wrong := r.q.subjects.ParseOrder("outcomes", msg.Subject())
	if wrong != nil {
		_ = msg.Term() // it answers no order
		return OutcomeDelivery{}, false
	}
	now := time.Now()
	lost := protocol.Outcome{
		ID: id, Run: run, Attempt: 1, Class: protocol.Lost, Started: now, Finished: now,
		Error: "the worker's outcome cannot be read: " + err.Error(),
	}
	lost.Normalize()
	return OutcomeDelivery{msg: msg, Outcome: lost}, true
}

// note logs what disturbs the reading, which goes on by itself unless the consumer is gone.
func (r *outcomeReader) note(_ jetstream.ConsumeContext, err error) {
	r.q.log.Info("reading of outcomes is disturbed", "error", err)
	select {
	case r.disturbed <- struct{}{}:
	default:
	}
}

// keep replaces a consumer that is gone, until the reading ends.
func (r *outcomeReader) keep() {
	defer close(r.done)
	for {
		select {
		case <-r.disturbed:
			if !r.isGone() {
				continue
			}
		case <-r.run.Closed(): // it was told that its consumer was removed
		case <-r.reading.Done():
			stopper(r.run)()
			return
		}
		stopper(r.run)()
		if r.reading.Err() != nil {
			return
		}
		r.q.log.Warn("the consumer of outcomes is gone and is created again", "consumer", r.name)
		if err := r.begin(r.reading); err != nil {
			if r.reading.Err() == nil {
				r.q.Lose(err) // nobody places results any more
			}
			return
		}
	}
}

// isGone reports whether the server has the consumer no more.
func (r *outcomeReader) isGone() bool {
	err := r.q.Retry(r.reading, func(ctx context.Context) error {
		_, err := r.q.outcomes.Consumer(ctx, r.name)
		return err
	})
	return errors.Is(err, jetstream.ErrConsumerNotFound)
}

// stopper ends a consumer and waits until its handler has returned.
func stopper(run jetstream.ConsumeContext) func() {
	return func() {
		run.Stop()
		<-run.Closed()
	}
}
