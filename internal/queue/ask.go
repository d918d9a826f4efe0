package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"eisweep/internal/natsconn"
)

var (
	// ErrNoCoordinator is wrapped when nobody answers requests on the root's queue.
	ErrNoCoordinator = errors.New("no coordinator answers")
	// ErrTooLarge is wrapped when a request is larger than the NATS server accepts.
	ErrTooLarge = errors.New("the request is too large for the NATS server")
)

// Ask sends a request to the root's coordinator and returns its answer, of any size. The error wraps
// ErrNoCoordinator when there is none, else ErrPermission or ErrUnreachable.
func (q *Queue) Ask(ctx context.Context, verb string, request []byte) ([]byte, error) {
	if most := q.NATS().MaxPayload(); int64(len(request)) > most {
		return nil, fmt.Errorf("ask for %s: %d bytes, %d are possible: %w", verb, len(request), most, ErrTooLarge)
	}
	var answer []byte
	err := q.WithPermissionCheck(ctx, func(ctx context.Context) (err error) {
		answer, err = q.Request(ctx, q.subjects.Control(verb), request)
		return err
	})
	switch {
	case errors.Is(err, natsconn.ErrPermission):
		return nil, fmt.Errorf("ask for %s: %w", verb, err)
	case errors.Is(err, nats.ErrNoResponders) && q.options.Site != nil:
		return nil, fmt.Errorf("ask for %s: %w, or %s %s: deploy/nats/accounts.conf",
			verb, ErrNoCoordinator, natsconn.NotImported, q.subjects.Every("control", "*"))
	case errors.Is(err, nats.ErrNoResponders):
		return nil, fmt.Errorf("ask for %s: %w", verb, ErrNoCoordinator)
	case err != nil:
		return nil, fmt.Errorf("ask for %s: %w: %w", verb, natsconn.ErrUnreachable, err)
	}
	return answer, nil
}

// Answer calls handle, each time in its own goroutine, with every request whose reply subject is a client's
// inbox, and sends the answer that handle returns. stop waits for running calls.
func (q *Queue) Answer(handle func(ctx context.Context, verb string, request []byte) []byte) (stop func(), err error) {
	ctx, cancel := context.WithCancel(context.Background())
	var calls sync.WaitGroup
	end, err := q.Subscribe("requests", q.subjects.Control("*"), func(msg *nats.Msg) {
		verb, err := q.subjects.Tokens("control", msg.Subject)
		if err != nil || len(verb) != 1 {
			return
		}
		if !q.subjects.Answerable(msg.Reply) {
			q.log.Warn("a request is ignored because its answer would not go to a client's inbox",
				"verb", verb[0], "reply", fmt.Sprintf("%.255q", msg.Reply))
			return
		}
		calls.Go(func() {
			if err := q.Respond(msg.Reply, handle(ctx, verb[0], msg.Data)); err != nil {
				q.log.Warn("answer request", "verb", verb[0], "error", err)
			}
		})
	})
	if err != nil {
		cancel()
		return nil, err
	}
	return func() {
		end()
		_ = q.NATS().FlushTimeout(time.Second) // from now on, requesters learn that nobody answers
		cancel()
		calls.Wait()
	}, nil
}
