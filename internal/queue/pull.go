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

// run requests tasks until the queue is closed.
func (i *intake) run() {
	for {
		runtime.Gosched() // let other callers start to wait, so that one request serves them all
		if n, ctx := i.missing(); n > 0 {
			i.q.Go(func() { i.pull(ctx, n) })
		}
		select {
		case <-i.changed:
		case <-i.q.Lifetime().Done():
			return
		}
	}
}

// pull asks for n tasks, and hands on those that come.
func (i *intake) pull(ctx context.Context, n int) {
	defer i.wake()
	left, err := i.pullOnce(ctx, n)
	switch {
	case err == nil:
		i.works()
	case ctx.Err() == nil && i.q.Lifetime().Err() == nil:
		i.q.log.Debug("fetch tasks", "error", err)
		i.warnSilence(err)
		select {
		case <-time.After(i.pause()):
		case <-i.q.Unbroken().Done():
		case <-ctx.Done():
		case <-i.q.Lifetime().Done():
		}
	}
	i.answered(left)
}

// warnSilence warns when NATS keeps silent about requests for tasks although it has their consumer.
func (i *intake) warnSilence(err error) {
	silent := errors.Is(err, jetstream.ErrNoHeartbeat) || errors.Is(err, nats.ErrNoResponders)
	if i.unanswered.count(silent) == unansweredTimes {
		i.q.log.Warn("NATS does not deliver tasks; "+natsconn.NotImported+" this service: deploy/nats/accounts.conf",
			"subject", i.q.API("CONSUMER.MSG.NEXT."+i.q.subjects.Stream("tasks")+"."+i.q.subjects.Consumer()))
	}
}

// pullOnce returns how many tasks did not come.
func (i *intake) pullOnce(ctx context.Context, n int) (left int, err error) {
	if !i.q.WaitForConnection(ctx) {
		return n, nil
	}
	consumer, err := i.taskConsumer(ctx)
	if err != nil {
		return n, fmt.Errorf("find the queue of tasks: %w", err)
	}
	limited, cancel := context.WithTimeout(ctx, i.times.wait)
	defer cancel()
	link := i.q.Unbroken()
	defer context.AfterFunc(link, cancel)()
	defer context.AfterFunc(i.q.Lifetime(), cancel)()
	batch, err := consumer.Fetch(n, jetstream.FetchContext(limited), jetstream.FetchHeartbeat(i.times.beat))
	if err != nil {
		return n, err
	}
	left = n
	for msg := range batch.Messages() {
		i.unanswered.count(false)
		left--
		i.dispatch(msg)
	}
	if limited.Err() != nil {
		return left, nil // nobody gave any for that long, the connection was made anew, or nobody waits any more
	}
	return left, batch.Error()
}

// taskConsumer finds the consumer of tasks, once until a request fails.
func (i *intake) taskConsumer(ctx context.Context) (consumer jetstream.Consumer, err error) {
	i.finding.Lock()
	defer i.finding.Unlock()
	i.mu.Lock()
	consumer = i.consumer
	i.mu.Unlock()
	if consumer != nil {
		return consumer, nil
	}
	err = i.q.Try(ctx, natsconn.AnswerTimeout, func(ctx context.Context) (err error) {
		consumer, err = i.q.tasks.Consumer(ctx, i.q.subjects.Consumer())
		return err
	})
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.consumer = consumer
	return consumer, nil
}

// dispatch gives a message to a caller that waits, or back to the queue if nobody waits any more.
func (i *intake) dispatch(msg jetstream.Msg) {
	i.mu.Lock()
	wanted := i.waiting > 0
	i.mu.Unlock()
	if wanted {
		select {
		case i.messages <- msg:
			i.served()
			return
		case <-time.After(i.times.hand):
		case <-i.q.Lifetime().Done():
		}
	}
	i.answered(1)
	if err := i.q.giveBack(msg); err != nil {
		i.q.log.Debug("give task back", "error", err)
	}
}
