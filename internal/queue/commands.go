package queue

import (
	"fmt"

	"github.com/nats-io/nats.go"

	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
)

// SendCommand sends a command to a worker. The worker's presence shows whether it obeys.
func (q *Queue) SendCommand(worker string, c protocol.Command) error {
	data, err := protocol.Encode(&c)
	if err != nil {
		return fmt.Errorf("send %.100q to worker %s: %w", c.Verb, worker, err)
	}
	if err = q.NATS().Publish(q.subjects.Commands(worker), data); err == nil {
		err = q.NATS().FlushTimeout(natsconn.AnswerTimeout)
	}
	if err != nil {
		return fmt.Errorf("send %q to worker %s: %w: %w", c.Verb, worker, natsconn.ErrUnreachable, err)
	}
	return nil
}

// Commands calls handle, from one goroutine, with the coordinator's commands to a worker.
// stop waits for a running call.
func (q *Queue) Commands(worker string, handle func(protocol.Command)) (stop func(), err error) {
	return q.Subscribe("commands", q.subjects.Commands(worker), natsconn.Announced(func(msg *nats.Msg) {
		c, err := protocol.DecodeCommand(msg.Data)
		if err != nil {
			q.log.Warn("a command cannot be read", "error", err)
			return
		}
		handle(*c)
	}))
}

// hello is the data of a coordinator's hello. No answer of a server equals it, wherever a client makes NATS deliver one.
const hello = "hello"

// SayHello asks all workers to report their state.
func (q *Queue) SayHello() error {
	if err := q.NATS().Publish(q.subjects.Hello(), []byte(hello)); err != nil {
		return fmt.Errorf("ask workers for their state: %w: %w", natsconn.ErrUnreachable, err)
	}
	return nil
}

// Hellos calls handle, from one goroutine, when a coordinator asks workers to report their state.
func (q *Queue) Hellos(handle func()) (stop func(), err error) {
	return q.Subscribe("hello", q.subjects.Hello(), natsconn.Announced(func(msg *nats.Msg) {
		if string(msg.Data) == hello {
			handle()
		}
	}))
}
