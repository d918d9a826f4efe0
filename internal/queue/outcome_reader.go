package queue

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/protocol"
)

// Outcomes calls handle, from one goroutine, with the outcomes of this version in the order of their commits,
// beginning with the first that no session has acknowledged. Those that an earlier session had fetched come at
// once. An outcome that is not acknowledged comes again. So do all outcomes that are still stored if somebody
// has removed the consumer that knew which were acknowledged. An outcome that cannot be read comes as a failure
// of class lost, so that its task can be queued again. stop waits for a running call of handle to return.
func (q *Queue) Outcomes(ctx context.Context, handle func(OutcomeDelivery)) (stop func(), err error) {
	r := &outcomeReader{q: q, handle: handle, disturbed: make(chan struct{}, 1), done: make(chan struct{})}
	r.reading, r.end = context.WithCancel(q.Lifetime())
	if err := r.begin(ctx, true); err != nil {
		r.end()
		return nil, err
	}
	go r.supervise()
	return func() {
		r.end()
		<-r.done
	}, nil
}

// outcomeReader reads outcomes with one consumer after another.
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

// begin makes a consumer, in place of other sessions' consumers if it may replace them, and reads with it.
func (r *outcomeReader) begin(ctx context.Context, replace bool) error {
	var consumer jetstream.Consumer
	err := r.q.Retry(ctx, func(ctx context.Context) (err error) {
		consumer, err = r.q.outcomeConsumer(ctx, replace, r.number())
		return err
	})
	if err != nil {
		return fmt.Errorf("open outcomes: %w", err)
	}
	r.name = consumer.CachedInfo().Name
	r.run, err = consumer.Consume(func(msg jetstream.Msg) {
		if d, ok := r.q.received(msg); ok {
			r.handle(d)
		}
	}, jetstream.PullMaxMessages(500), jetstream.ConsumeErrHandler(r.note))
	if err != nil {
		return fmt.Errorf("read outcomes: %w", err)
	}
	return nil
}

// number is that of the reader's consumer, 0 before it has one.
func (r *outcomeReader) number() int {
	n, _ := strconv.Atoi(strings.TrimPrefix(r.name, protocol.OutcomeConsumer)) // 0 of ""
	return n
}

// note logs an error between messages. Reading continues by itself unless the consumer is gone.
func (r *outcomeReader) note(_ jetstream.ConsumeContext, err error) {
	r.q.log.Info("reading of outcomes is disturbed", "error", err)
	select {
	case r.disturbed <- struct{}{}:
	default:
	}
}

// supervise replaces a consumer that is gone, until the reading ends.
func (r *outcomeReader) supervise() {
	defer close(r.done)
	for {
		select {
		case <-r.disturbed:
			if !r.isGone() {
				continue
			}
		case <-r.run.Closed(): // the server reported that the consumer was removed
		case <-r.reading.Done():
			stopper(r.run)()
			return
		}
		stopper(r.run)()
		if r.reading.Err() != nil {
			return
		}
		r.q.log.Warn("the consumer of outcomes is gone and is created again", "consumer", r.name)
		if err := r.recreate(); err != nil {
			if r.reading.Err() == nil {
				r.q.Lose(err) // nobody places results any more
			}
			return
		}
	}
}

// Pauses before a consumer is made again: the first leaves it to another session that has removed the
// consumer to make its own.
const (
	yieldPause = time.Second
	takenPause = 5 * time.Second
)

// recreate makes another consumer. It waits while another session reads the outcomes: this session has lost the root, or is
// about to.
func (r *outcomeReader) recreate() error {
	for pause := yieldPause; ; pause = takenPause {
		select {
		case <-time.After(pause):
		case <-r.reading.Done():
			return r.reading.Err()
		}
		if err := r.begin(r.reading, false); !errors.Is(err, errConsumerTaken) {
			return err
		}
	}
}

// isGone reports whether the server no longer has the consumer.
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
