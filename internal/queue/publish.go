package queue

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nats-io/nats.go"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
)

// batchSize is the most that the server takes in one atomic batch.
const batchSize = 1000

// Publish queues tasks and reports for each whether it was queued now; a task
// that is queued for its sweep already stays as it is, which is no error. When an
// error comes, those before it are queued and reported.
func (q *Queue) Publish(ctx context.Context, tasks []protocol.Task) (queued []bool, err error) {
	queued = make([]bool, len(tasks))
	at := 0
	for batch := range slices.Chunk(tasks, batchSize) {
		messages, err := q.messages(batch)
		if err != nil {
			return queued, err
		}
		if err := q.publish(ctx, messages, queued[at:at+len(batch)]); err != nil {
			return queued, fmt.Errorf("queue tasks: %w", err)
		}
		at += len(batch)
	}
	q.announce()
	return queued, nil
}

func (q *Queue) messages(tasks []protocol.Task) ([]*nats.Msg, error) {
	messages := make([]*nats.Msg, len(tasks))
	for i := range tasks {
		data, err := protocol.Encode(&tasks[i])
		if err != nil {
			return nil, fmt.Errorf("queue task %s: %w", tasks[i].ID, err)
		}
		messages[i] = nats.NewMsg(q.subjects.Task(tasks[i].Sweep, tasks[i].ID))
		messages[i].Data = data
	}
	return messages, nil
}

// publish queues messages in one batch. The server refuses a batch whole when one
// of its subjects is occupied; then its halves are tried.
func (q *Queue) publish(ctx context.Context, messages []*nats.Msg, queued []bool) error {
	err := q.Retry(ctx, func(ctx context.Context) error { return q.publishBatch(ctx, messages) })
	switch {
	case err == nil:
		for i := range queued {
			queued[i] = true
		}
		return nil
	case !errors.Is(err, errConflict):
		return err
	case len(messages) == 1:
		return nil
	}
	half := len(messages) / 2
	if err := q.publish(ctx, messages[:half], queued[:half]); err != nil {
		return err
	}
	return q.publish(ctx, messages[half:], queued[half:])
}

func (q *Queue) publishBatch(ctx context.Context, messages []*nats.Msg) (err error) {
	for _, m := range messages { // a refused batch leaves its marks
		m.Header, m.Reply = nats.Header{}, ""
	}
	if len(messages) == 1 {
		_, err = q.JetStream().PublishMsg(ctx, messages[0])
	} else {
		_, err = jetstreamext.PublishMsgBatch(ctx, q.JetStream(), messages)
	}
	if natsconn.Occupied(err) {
		return errConflict
	}
	return err
}

// announce tells idle workers to look for tasks. They would look by themselves,
// only later: a lost announcement costs seconds.
func (q *Queue) announce() {
	if err := q.NATS().Publish(q.subjects.Wake(), nil); err != nil {
		q.log.Debug("announce tasks", "error", err)
	}
}
