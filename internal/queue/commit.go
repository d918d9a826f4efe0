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

// mine distinguishes an outcome that was refused because another came first from one that an earlier try, whose
// answer was lost, has committed. A server of a cluster that lags behind has neither, which is a transient
// error.
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
