package queue

import (
	"fmt"

	"github.com/nats-io/nats.go"

	"eisweep/internal/natsconn"
)

// Tell gives a worker an order. Whether it is heard shows in the worker's presence.
func (q *Queue) Tell(worker, verb string) error {
	if err := q.NATS().Publish(q.subjects.Orders(worker), []byte(verb)); err != nil {
		return fmt.Errorf("tell worker %s to %s: %w: %w", worker, verb, natsconn.ErrUnreachable, err)
	}
	if err := q.NATS().FlushTimeout(natsconn.AnswerTimeout); err != nil {
		return fmt.Errorf("tell worker %s to %s: %w: %w", worker, verb, natsconn.ErrUnreachable, err)
	}
	return nil
}

// Orders calls handle, from one goroutine, with the coordinator's orders to a worker.
// stop waits for a running call.
func (q *Queue) Orders(worker string, handle func(verb string)) (stop func(), err error) {
	return q.Subscribe("orders", q.subjects.Orders(worker), natsconn.Announced(func(msg *nats.Msg) { handle(string(msg.Data)) }))
}
