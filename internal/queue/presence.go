package queue

import (
	"time"

	"github.com/nats-io/nats.go"
)

// PublishPresence tells who listens of a worker. It doesn't wait, and what is lost
// is lost.
func (q *Queue) PublishPresence(p Presence) {
	p.Name, p.Host, p.Version = text(p.Name, maxName), text(p.Host, maxName), text(p.Version, maxName)
	p.Unfit = text(p.Unfit, maxState)
	p.State, p.Job, p.Kernels = text(p.State, maxState), text(p.Job, maxName), text(p.Kernels, maxName)
	p.Since, p.Deadline = p.Since.UTC(), p.Deadline.UTC()
	data, err := encode(&p)
	if err == nil {
		err = q.conn.Publish(q.subjects.presence(p.Name), data)
	}
	if err == nil && p.Gone {
		err = q.conn.FlushTimeout(time.Second) // the connection ends next
	}
	if err != nil {
		q.log.Debug("tell presence", "error", err)
	}
}

// Presences calls handle, from one goroutine, with what workers of this version tell
// of themselves. stop waits for a running call.
func (q *Queue) Presences(handle func(Presence)) (stop func(), err error) {
	return q.hear("workers", q.subjects.all("workers"), func(msg *nats.Msg) {
		p, err := q.subjects.decodePresence(msg.Subject, msg.Data)
		if err != nil {
			q.log.Warn("a worker's presence cannot be read", "subject", msg.Subject, "error", err)
			return
		}
		handle(*p)
	})
}
