package queue

import (
	"time"

	"github.com/nats-io/nats.go"

	"eisweep/internal/protocol"
)

// PublishPresence publishes the state of a worker. It doesn't wait, and the message may get lost.
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
		q.log.Debug("tell presence", "error", err)
	}
}

// Presences calls handle, from one goroutine, with the reports of workers of this version.
// stop waits for a running call.
func (q *Queue) Presences(handle func(protocol.Presence)) (stop func(), err error) {
	return q.Subscribe("workers", q.subjects.All("workers"), func(msg *nats.Msg) {
		p, err := q.subjects.DecodePresence(msg.Subject, msg.Data)
		if err != nil {
			q.log.Warn("a worker's presence cannot be read", "subject", msg.Subject, "error", err)
			return
		}
		handle(*p)
	})
}
