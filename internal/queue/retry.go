package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// How long an answer is waited for before the question is asked again: of one that
// is about a message or two, and of one that may be about all.
const (
	tryTimeout  = 10 * time.Second
	bulkTimeout = 5 * time.Minute
)

// retry calls f again, after growing pauses, while its error is a passing one: a
// connection that broke, servers that have no leader for the moment.
func (q *Queue) retry(ctx context.Context, f func(context.Context) error) error {
	return q.retryWithin(ctx, tryTimeout, f)
}

// retryWithin is retry with its own limit for each try.
func (q *Queue) retryWithin(ctx context.Context, limit time.Duration, f func(context.Context) error) error {
	defer q.answers.ask(time.Now())()
	pause := 50 * time.Millisecond
	for {
		err := q.try(ctx, limit, f)
		if err == nil || !passing(err) && ctx.Err() == nil {
			q.answers.came(time.Now())
		}
		if err == nil || !passing(err) || ctx.Err() != nil {
			return err
		}
		select {
		case <-time.After(pause):
		case <-q.closed:
			return nats.ErrConnectionClosed
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		}
		pause = min(2*pause, 5*time.Second)
	}
}

// try asks once. A connection that breaks takes the answer with it: then, and when
// none came in time, the error is a passing one.
func (q *Queue) try(ctx context.Context, limit time.Duration, f func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	release := context.AfterFunc(q.link.current(), cancel)
	defer release()
	err := f(limited)
	if (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) && ctx.Err() == nil {
		return nats.ErrTimeout
	}
	return err
}
