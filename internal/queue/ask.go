package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// ErrNoCoordinator is wrapped when nobody answers requests on the root's queue.
var ErrNoCoordinator = errors.New("no coordinator answers")

// Ask sends a request to the root's coordinator and returns its answer. The error
// wraps ErrNoCoordinator when there is none.
func (q *Queue) Ask(ctx context.Context, verb string, request []byte) ([]byte, error) {
	msg, err := q.conn.RequestWithContext(ctx, q.control(verb), request)
	switch {
	case errors.Is(err, nats.ErrNoResponders):
		return nil, fmt.Errorf("ask for %s: %w", verb, ErrNoCoordinator)
	case err != nil:
		return nil, fmt.Errorf("ask for %s: %w: %w", verb, ErrOutOfReach, err)
	}
	return msg.Data, nil
}

// Answer calls handle, each time in a goroutine of its own, with every request,
// and sends what it returns. stop waits for running calls.
func (q *Queue) Answer(handle func(ctx context.Context, verb string, request []byte) []byte) (stop func(), err error) {
	ctx, cancel := context.WithCancel(context.Background())
	var calls sync.WaitGroup
	sub, err := q.conn.Subscribe(q.control("*"), func(msg *nats.Msg) {
		verb, err := q.tokens("control", msg.Subject)
		if err != nil || len(verb) != 1 {
			return
		}
		calls.Go(func() {
			if err := msg.Respond(handle(ctx, verb[0], msg.Data)); err != nil {
				q.log.Warn("answer request", "verb", verb[0], "error", err)
			}
		})
	})
	if err != nil {
		cancel()
		return nil, fmt.Errorf("listen for requests: %w", err)
	}
	if err := q.conn.FlushTimeout(10 * time.Second); err != nil {
		cancel()
		return nil, fmt.Errorf("listen for requests: %w: %w", ErrOutOfReach, err)
	}
	return func() {
		_ = sub.Unsubscribe()
		cancel()
		calls.Wait()
	}, nil
}
