package queue

import (
	"context"
	"strings"

	"github.com/nats-io/nats.go"

	"eisweep/internal/natsconn"
	"eisweep/sweeps"
)

// PublishUpdate sends clients a new line of a sweep's manifest, once it is durable. It does not wait, and an
// update may be lost: the manifest has the line.
func (q *Queue) PublishUpdate(sweep string, line []byte) {
	if !sweeps.IsName(sweep) {
		q.log.Error("update of no sweep", "sweep", sweep)
		return
	}
	if err := q.NATS().Publish(q.subjects.Updates(sweep), line); err != nil {
		q.log.Debug("publish update", "sweep", sweep, "error", err)
	}
}

// Updates calls handle, from one goroutine, with the updates of a sweep, or of all sweeps if it is "", until
// stop is called or ctx ends. stop returns once the updates that had arrived have been handled.
func (q *Queue) Updates(ctx context.Context, sweep string, handle func(sweep string, line []byte)) (stop func(), err error) {
	if sweep == "" {
		sweep = "*"
	}
	end, err := q.Subscribe("updates", q.subjects.Updates(sweep), natsconn.Announced(func(msg *nats.Msg) {
		handle(strings.TrimPrefix(msg.Subject, q.subjects.Updates("")), msg.Data)
	}))
	if err != nil {
		return nil, err
	}
	release := context.AfterFunc(ctx, end)
	return func() {
		if release() {
			end()
		}
	}, nil
}
