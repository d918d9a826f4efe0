package queue

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"eisweep/sweeps"
)

// queuedBatch is how many tasks are listed by one request. The server lists subjects as
// well, but begins from the start with every page of them.
const queuedBatch = 10_000

// queuedList grows as tasks are found.
type queuedList struct {
	byID  map[sweeps.ID]string
	names map[string]string // one string per sweep, not per task
	next  uint64            // sequence
}

// Queued returns what is queued or running: by id, the sweep that it is queued for.
// In a cluster what has just been queued may be missing.
func (q *Queue) Queued(ctx context.Context) (map[sweeps.ID]string, error) {
	l := queuedList{names: map[string]string{}, next: 1}
	err := q.retry(ctx, func(ctx context.Context) error {
		info, err := q.tasks.Info(ctx)
		if err == nil {
			l.byID = make(map[sweeps.ID]string, info.State.Msgs)
		}
		return err
	})
	for err == nil {
		err = q.retry(ctx, func(ctx context.Context) error { return q.listQueued(ctx, &l) })
	}
	if !errors.Is(err, jetstreamext.ErrNoMessages) {
		return nil, fmt.Errorf("list queued tasks: %w", err)
	}
	return l.byID, nil
}

// listQueued adds a batch of tasks to the list. The error is ErrNoMessages when there
// are no more.
func (q *Queue) listQueued(ctx context.Context, l *queuedList) error {
	batch, err := jetstreamext.GetBatch(ctx, q.js, q.scheme.stream("tasks"), queuedBatch,
		jetstreamext.GetBatchSeq(l.next), jetstreamext.GetBatchSubject(q.all("tasks")))
	if err != nil {
		return err
	}
	for m, err := range batch {
		if err != nil {
			return err
		}
		l.next = m.Sequence + 1
		q.addQueued(l, m)
	}
	return nil
}

func (q *Queue) addQueued(l *queuedList, m *jetstream.RawStreamMsg) {
	sweep, id, err := q.parseTask(m.Subject)
	if err != nil {
		q.log.Warn("a stray message is queued", "error", err)
		return
	}
	if l.names[sweep] == "" {
		l.names[sweep] = string([]byte(sweep))
	}
	l.byID[id] = l.names[sweep]
}
