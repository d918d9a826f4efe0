package natsconn

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// AnswerTimeout is how long an answer is waited for before a request is repeated that concerns a few
// messages.
const AnswerTimeout = 10 * time.Second

// bulkTimeout is the same for a request that may concern all messages of a stream.
const bulkTimeout = 5 * time.Minute

// Pauses between two tries.
const (
	firstPause = 50 * time.Millisecond
	mostPause  = 5 * time.Second
	fullPause  = time.Second // at least, where a limit is reached
)

// Retry calls f again, after growing pauses, while its error is transient: the connection
// broke, the servers have no leader for the moment, or a limit of the account is reached. It returns
// Err at once when the connection is lost. All requests go through it; its error wraps
// natsserver.ErrStore or ErrLimit where that is the cause.
func (c *Conn) Retry(ctx context.Context, f func(context.Context) error) error {
	return c.repeat(ctx, AnswerTimeout, &c.full, f)
}

// RetryKept is Retry for outcomes and attempts. While such a request waits for room, Unkept is not nil.
func (c *Conn) RetryKept(ctx context.Context, f func(context.Context) error) error {
	return c.repeat(ctx, AnswerTimeout, &c.unkept, f)
}

// RetryBulk is Retry for a request that may take the server minutes.
func (c *Conn) RetryBulk(ctx context.Context, f func(context.Context) error) error {
	return c.repeat(ctx, bulkTimeout, &c.full, f)
}

// TryOnce is Retry for a request that must not be repeated when its answer is lost.
func (c *Conn) TryOnce(ctx context.Context, f func(context.Context) error) error {
	defer c.latency.ask(time.Now())()
	err := c.Try(ctx, AnswerTimeout, f)
	if err != nil && c.Err() != nil {
		return c.Err()
	}
	return classified(err)
}

// repeat calls f again while its error is transient; each call has limit. Requests that wait because a limit
// of the account is reached are in full.
func (c *Conn) repeat(ctx context.Context, limit time.Duration, full *backlog, f func(context.Context) error) error {
	defer c.latency.ask(time.Now())()
	var leave func()
	pause := firstPause
	for {
		err := c.Try(ctx, limit, f)
		again, isFull := Transient(err), limiting(err)
		if isFull || !again && ctx.Err() == nil {
			c.latency.answered(time.Now())
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
				leave = full.enter(err)
				defer leave()
			}
			pause = max(pause, fullPause)
			if full.isDue(time.Now()) {
				c.log.Warn("NATS has no room for more; messages wait until it has", "error", err)
			}
		}
		full.retries.Add(1)
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

// Try calls f once. If the connection breaks, or f takes longer than limit, the error is a transient
// one.
func (c *Conn) Try(ctx context.Context, limit time.Duration, f func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer context.AfterFunc(c.connection.Current(), cancel)()
	defer context.AfterFunc(c.lost, cancel)()
	err := f(limited)
	if (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) && ctx.Err() == nil {
		return nats.ErrTimeout
	}
	return err
}
