package queue

import (
	"fmt"

	"github.com/nats-io/nats.go"

	"eisweep/internal/natsconn"
)

// SendCommand sends a command, such as protocol.Drain, to a worker. Whether the worker received it shows in
// its presence. The error wraps ErrUnreachable.
func (q *Queue) SendCommand(worker, verb string) error {
	if err := q.NATS().Publish(q.subjects.Commands(worker), []byte(verb)); err != nil {
		return fmt.Errorf("send worker %s the command %s: %w: %w", worker, verb, natsconn.ErrUnreachable, err)
	}
	if err := q.NATS().FlushTimeout(natsconn.AnswerTimeout); err != nil {
		return fmt.Errorf("send worker %s the command %s: %w: %w", worker, verb, natsconn.ErrUnreachable, err)
	}
	return nil
}

// Commands calls handle, from one goroutine, with the coordinator's commands to a worker.
// stop waits for a running call.
func (q *Queue) Commands(worker string, handle func(verb string)) (stop func(), err error) {
	return q.Subscribe("commands", q.subjects.Commands(worker), natsconn.Announced(func(msg *nats.Msg) { handle(string(msg.Data)) }))
}
