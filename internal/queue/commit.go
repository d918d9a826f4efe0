package queue

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
)

// Settled reports whether the task's run has an outcome already, so that the task only needs to be
// acknowledged. After it Redelivered is certain.
func (d *Delivery) Settled(ctx context.Context) (bool, error) {
	if !d.again {
		last, seq, err := d.lastEvent(ctx)
		if err != nil {
			return false, err
		}
		if last == nil && seq == 0 {
			// Whoever commits has announced an attempt before, and announcements go no
			// sooner than their order is settled and out of the queue.
			d.fresh = true
			return false, nil
		}
		d.again = true // the server counts anew when a sweep is opened again
	}
	m, err := d.q.direct(ctx, d.q.outcomes, d.q.subjects.Outcome(d.task.ID, d.task.Run))
	if err != nil {
		return false, fmt.Errorf("look for outcome of task %s: %w", d.task.ID, err)
	}
	return m != nil, nil
}

// Commit makes o the outcome of the task's run and reports whether it succeeded: true means that
// the outcome is on the disk and nothing can replace it, false that the outcome of another
// attempt came first. It is tried until ctx ends; after an error it is unknown whether o was
// committed, and Commit may be called again with the same outcome. ID and Run are the task's,
// whatever o says.
func (d *Delivery) Commit(ctx context.Context, o protocol.Outcome) (won bool, err error) {
	o.ID, o.Run = d.task.ID, d.task.Run
	return d.q.commit(ctx, o)
}

func (q *Queue) commit(ctx context.Context, o protocol.Outcome) (won bool, err error) {
	o.Normalize()
	data, err := protocol.Encode(&o)
	if err != nil {
		return false, err
	}
	msg := nats.NewMsg(q.subjects.Outcome(o.ID, o.Run))
	msg.Data = data
	err = q.RetryKept(ctx, func(ctx context.Context) error {
		_, err := q.JetStream().PublishMsg(ctx, msg)
		if won = err == nil; natsconn.Occupied(err) {
			won, err = q.mine(ctx, msg)
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("commit outcome of task %s: %w", o.ID, err)
	}
	return won, nil
}

// mine tells an outcome that was refused because another came first from one that
// an earlier try, whose answer was lost, had committed. A server of a cluster that
// lags behind has neither, which is a passing error.
func (q *Queue) mine(ctx context.Context, msg *nats.Msg) (bool, error) {
	there, err := q.outcomes.GetLastMsgForSubject(ctx, msg.Subject)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return false, nats.ErrTimeout
	}
	if err != nil {
		return false, err
	}
	return bytes.Equal(there.Data, msg.Data), nil
}
