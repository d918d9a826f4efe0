package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// sweepConsumer returns nil when the sweep isn't open.
func (q *Queue) sweepConsumer(ctx context.Context, sweep string) (jetstream.Consumer, error) {
	if c := q.found(sweep); c != nil {
		return c, nil
	}
	c, err := q.tasks.Consumer(ctx, q.consumer(sweep))
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find consumer of sweep %s: %w", sweep, err)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.consumers[sweep] = c
	return c, nil
}

func (q *Queue) found(sweep string) jetstream.Consumer {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.consumers[sweep]
}

func (q *Queue) forget(sweep string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.consumers, sweep)
}

// forgetAll has every consumer looked for again: those of a store that was made anew
// are others.
func (q *Queue) forgetAll() {
	q.mu.Lock()
	defer q.mu.Unlock()
	clear(q.consumers)
}

// born is when the sweep's consumer was made, as far as is known.
func (q *Queue) born(sweep string) time.Time {
	if c := q.found(sweep); c != nil {
		return c.CachedInfo().Created
	}
	return time.Time{}
}
