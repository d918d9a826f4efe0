package queue

import (
	"context"
	"strings"

	"eisweep/internal/natsconn"
	"eisweep/sweeps"

	"github.com/nats-io/nats.go"
)

// PublishNote tells who listens of a line of a sweep's manifest, once it is durable.
// It doesn't wait, and what is lost is lost: the manifest has it.
func (q *Queue) PublishNote(sweep string, line []byte) {
	if !sweeps.IsName(sweep) {
		q.log.Error("note of no sweep", "sweep", sweep)
		return
	}
	if err := q.NATS().Publish(q.subjects.Note(sweep), line); err != nil {
		q.log.Debug("note", "sweep", sweep, "error", err)
	}
}

// Notes calls handle, from one goroutine, with the notes of a sweep, of all if it is
// "", until stop is called or ctx ends. stop returns when those that had come were
// handled.
func (q *Queue) Notes(ctx context.Context, sweep string, handle func(sweep string, line []byte)) (stop func(), err error) {
	if sweep == "" {
		sweep = "*"
	}
	end, err := q.Subscribe("notes", q.subjects.Note(sweep), natsconn.Announced(func(msg *nats.Msg) {
		handle(strings.TrimPrefix(msg.Subject, q.subjects.Note("")), msg.Data)
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
