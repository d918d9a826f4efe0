package queue

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
)

// PublishPresence publishes the state of a worker. It does not wait, and the report may be lost.
func (q *Queue) PublishPresence(p protocol.Presence) {
	p.Normalize()
	data, err := protocol.Encode(&p)
	if err == nil {
		err = q.NATS().Publish(q.subjects.Presence(p.Name), data)
	}
	if err == nil && p.Gone {
		err = q.NATS().FlushTimeout(time.Second) // the connection ends next
	}
	if err != nil {
		q.log.Debug("publish presence", "error", err)
	}
}

// echo is the subject of the coordinator's messages to itself, among the presences.
func (q *Queue) echo() string { return q.subjects.Presence("") }

// Echo returns nil once a message of this connection to itself has come back on the path of presences:
// everything that workers published before it has been handled. The caller must have called Presences.
func (q *Queue) Echo(ctx context.Context) error {
	own := protocol.NewToken()
	if err := q.NATS().Publish(q.echo(), []byte(own)); err != nil {
		return fmt.Errorf("wait for NATS: %w: %w", natsconn.ErrUnreachable, err)
	}
	for {
		select {
		case echo := <-q.echoes:
			if echo == own {
				return nil
			}
		case <-ctx.Done():
			return fmt.Errorf("wait for NATS: %w: %w", natsconn.ErrUnreachable, ctx.Err())
		}
	}
}

// Presences calls handle, from one goroutine, with the reports of workers of this version on their state. stop
// waits for a running call.
func (q *Queue) Presences(handle func(protocol.Presence)) (stop func(), err error) {
	return q.Subscribe("workers", q.subjects.All("workers"), func(msg *nats.Msg) {
		if msg.Subject == q.echo() {
			select {
			case q.echoes <- string(msg.Data):
			default: // nobody waits for it any more
			}
			return
		}
		p, err := q.subjects.DecodePresence(msg.Subject, msg.Data)
		if err != nil {
			q.log.Warn("a worker's presence cannot be read", "subject", msg.Subject, "error", err)
			return
		}
		handle(*p)
	})
}

// DrainOtherModels tells workers of other versions of the model to return their tasks and to end, each time they report their state, and
// calls seen, from one goroutine, with their reports. stop waits for a running call.
func (q *Queue) DrainOtherModels(seen func(version string, p protocol.Presence)) (stop func(), err error) {
	drain, err := protocol.Encode(&protocol.Command{Verb: protocol.Drain})
	if err != nil {
		return nil, err
	}
	return q.Subscribe("workers of other versions of the model", q.subjects.Every("workers", "*"), func(msg *nats.Msg) {
		version, p, err := q.subjects.DecodeOtherPresence(msg.Subject, msg.Data)
		if err != nil {
			q.log.Warn("the presence of a worker of another version of the model cannot be read", "subject", msg.Subject, "error", err)
			return
		}
		if p == nil {
			return
		}
		if !p.Gone {
			if err := q.NATS().Publish(q.subjects.OtherCommands(version, p.Name), drain); err != nil {
				q.log.Debug("drain a worker of another version of the model", "error", err)
			}
		}
		seen(version, *p)
	})
}
