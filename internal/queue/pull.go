package queue

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
)

// takeIn asks for tasks until the queue is closed.
func (q *Queue) takeIn() {
	for {
		runtime.Gosched() // those who are about to wait are asked for together
		if n, ctx := q.intake.lack(); n > 0 {
			q.Go(func() { q.pull(ctx, n) })
		}
		select {
		case <-q.intake.changed:
		case <-q.Lifetime().Done():
			return
		}
	}
}

// pull asks for n tasks, and hands on those that come.
func (q *Queue) pull(ctx context.Context, n int) {
	defer q.intake.wake()
	left, err := q.pullOnce(ctx, n)
	switch {
	case err == nil:
		q.intake.works()
	case ctx.Err() == nil && q.Lifetime().Err() == nil:
		q.log.Debug("fetch tasks", "error", err)
		q.tellUngiven(err)
		select {
		case <-time.After(q.intake.pause()):
		case <-q.Unbroken().Done():
		case <-ctx.Done():
		case <-q.Lifetime().Done():
		}
	}
	q.intake.answered(left)
}

// tellUngiven warns when NATS keeps silent about requests for tasks although it has their consumer.
func (q *Queue) tellUngiven(err error) {
	silent := errors.Is(err, jetstream.ErrNoHeartbeat) || errors.Is(err, nats.ErrNoResponders)
	if q.ungiven.count(silent) == ungivenTimes {
		q.log.Warn("NATS does not deliver tasks; "+natsconn.NotImported+" this service: deploy/nats/accounts.conf",
			"subject", q.API("CONSUMER.MSG.NEXT."+q.subjects.Stream("tasks")+"."+q.subjects.Consumer()))
	}
}

// pullOnce returns how many tasks did not come.
func (q *Queue) pullOnce(ctx context.Context, n int) (left int, err error) {
	if !q.WaitForConnection(ctx) {
		return n, nil
	}
	consumer, err := q.taskConsumer(ctx)
	if err != nil {
		return n, fmt.Errorf("find the queue of tasks: %w", err)
	}
	limited, cancel := context.WithTimeout(ctx, q.intake.times.wait)
	defer cancel()
	link := q.Unbroken()
	defer context.AfterFunc(link, cancel)()
	defer context.AfterFunc(q.Lifetime(), cancel)()
	batch, err := consumer.Fetch(n, jetstream.FetchContext(limited), jetstream.FetchHeartbeat(q.intake.times.beat))
	if err != nil {
		return n, err
	}
	left = n
	for msg := range batch.Messages() {
		q.ungiven.count(false)
		left--
		q.handOn(msg)
	}
	if limited.Err() != nil {
		return left, nil // nobody gave any for that long, the connection was made anew, or nobody waits any more
	}
	return left, batch.Error()
}

// taskConsumer finds the consumer of tasks, once until a request fails.
func (q *Queue) taskConsumer(ctx context.Context) (consumer jetstream.Consumer, err error) {
	q.intake.finding.Lock()
	defer q.intake.finding.Unlock()
	q.intake.mu.Lock()
	consumer = q.intake.consumer
	q.intake.mu.Unlock()
	if consumer != nil {
		return consumer, nil
	}
	err = q.Try(ctx, natsconn.AnswerTimeout, func(ctx context.Context) (err error) {
		consumer, err = q.tasks.Consumer(ctx, q.subjects.Consumer())
		return err
	})
	if err != nil {
		return nil, err
	}
	q.intake.mu.Lock()
	defer q.intake.mu.Unlock()
	q.intake.consumer = consumer
	return consumer, nil
}

// handOn gives a message to a caller that waits, or back to the queue if nobody waits any more.
func (q *Queue) handOn(msg jetstream.Msg) {
	q.intake.mu.Lock()
	wanted := q.intake.waiting > 0
	q.intake.mu.Unlock()
	if wanted {
		select {
		case q.intake.messages <- msg:
			q.intake.served()
			return
		case <-time.After(q.intake.times.hand):
		case <-q.Lifetime().Done():
		}
	}
	q.intake.answered(1)
	if err := q.giveBack(msg); err != nil {
		q.log.Debug("give task back", "error", err)
	}
}
