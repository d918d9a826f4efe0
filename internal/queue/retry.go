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

// Pauses between two tries.
const (
	firstPause = 50 * time.Millisecond
	mostPause  = 5 * time.Second
	fullPause  = time.Second // at least, where a limit is reached
)

// asking is how a request is repeated.
type asking struct {
	limit time.Duration // of a try
	full  *crowd        // of the requests that wait for room
}

// retry calls f again, after growing pauses, while its error is a transient one: a
// connection that broke, servers that have no leader for the moment, a limit of the account
// that is reached. It ends at once, with why, when the queue is lost. All requests go through
// it; an error that it returns wraps ErrStore or ErrLimit where that is the cause.
func (c *Conn) retry(ctx context.Context, f func(context.Context) error) error {
	return c.repeat(ctx, asking{tryTimeout, &c.full}, f)
}

// retryKept is retry for what must not get lost: outcomes and attempts. While such a request waits
// for room, Unkept says so.
func (c *Conn) retryKept(ctx context.Context, f func(context.Context) error) error {
	return c.repeat(ctx, asking{tryTimeout, &c.unkept}, f)
}

// retryBulk is retry for a request that may take the server long.
func (c *Conn) retryBulk(ctx context.Context, f func(context.Context) error) error {
	return c.repeat(ctx, asking{bulkTimeout, &c.full}, f)
}

func (c *Conn) repeat(ctx context.Context, a asking, f func(context.Context) error) error {
	defer c.answers.ask(time.Now())()
	var leave func()
	pause := firstPause
	for {
		err := c.try(ctx, a.limit, f)
		again, isFull := passing(err), limiting(err)
		if isFull || !again && ctx.Err() == nil {
			c.answers.came(time.Now())
		}
		switch {
		case err != nil && c.Err() != nil:
			return c.Err()
		case err == nil || !again && !isFull:
			return classified(err)
		case ctx.Err() != nil:
			return fmt.Errorf("%w: %w", ctx.Err(), classified(err))
		case isFull:
			if leave == nil {
				leave = a.full.enter(err)
				defer leave()
			}
			pause = max(pause, fullPause)
			if a.full.isDue(time.Now()) {
				c.log.Warn("NATS has no room for more; messages wait until it has", "error", err)
			}
		}
		select {
		case <-time.After(pause):
		case <-c.lost.Done():
			return c.Err()
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), classified(err))
		}
		pause = min(2*pause, mostPause)
	}
}

// try asks once. A connection that breaks takes the answer with it: then, and when
// none came in time, the error is a transient one.
func (c *Conn) try(ctx context.Context, limit time.Duration, f func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer context.AfterFunc(c.link.current(), cancel)()
	defer context.AfterFunc(c.lost, cancel)()
	err := f(limited)
	if (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) && ctx.Err() == nil {
		return nats.ErrTimeout
	}
	return err
}
