package queue

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// queuedBatch is how many messages are listed by one request: all of them and the word that
// there are no more may wait for the reader at once. The server lists subjects as
// well, but begins from the start with every page of them.
const queuedBatch = natsconn.SyncQueue - 1

// QueuedTask is a task that is queued or running.
type QueuedTask struct {
	Sweep string // that it is queued for
	Run   int    // 0 when its message doesn't tell
}

// queuedList grows as tasks are found.
type queuedList struct {
	byID  map[sweeps.ID]QueuedTask
	names map[string]string // one string per sweep, not per task
}

// Queued returns what is queued or running, by id. In a cluster what has just been queued
// may be missing.
func (q *Queue) Queued(ctx context.Context) (map[sweeps.ID]QueuedTask, error) {
	l := queuedList{names: map[string]string{}}
	err := q.Retry(ctx, func(ctx context.Context) error {
		info, err := q.tasks.Info(ctx)
		if err == nil {
			l.byID = make(map[sweeps.ID]QueuedTask, info.State.Msgs)
		}
		return err
	})
	if err == nil {
		err = q.each(ctx, "tasks", q.subjects.All("tasks"), func(m *jetstream.RawStreamMsg) { q.addQueued(&l, m) })
	}
	if err != nil {
		return nil, fmt.Errorf("list queued tasks: %w", err)
	}
	return l.byID, nil
}

// each reads the messages of a stream that have these subjects, some twice when a try
// fails.
func (q *Queue) each(ctx context.Context, stream, subjects string, read func(*jetstream.RawStreamMsg)) error {
	next := uint64(1)
	var err error
	for err == nil {
		err = q.Retry(ctx, func(ctx context.Context) error {
			batch, err := jetstreamext.GetBatch(ctx, q.JetStream(), q.subjects.Stream(stream), queuedBatch,
				jetstreamext.GetBatchSeq(next), jetstreamext.GetBatchSubject(subjects))
			if err != nil {
				return err
			}
			for m, err := range batch {
				if err != nil {
					return err
				}
				next = m.Sequence + 1
				read(m)
			}
			return nil
		})
	}
	if errors.Is(err, jetstreamext.ErrNoMessages) {
		return nil
	}
	return err
}

func (q *Queue) addQueued(l *queuedList, m *jetstream.RawStreamMsg) {
	sweep, id, err := q.subjects.ParseTask(m.Subject)
	if err != nil {
		q.log.Warn("a stray message is queued", "error", err)
		return
	}
	if l.names[sweep] == "" {
		l.names[sweep] = string([]byte(sweep))
	}
	l.byID[id] = QueuedTask{l.names[sweep], runOf(m.Data)}
}

// runOf finds the run number in an order without reading all of it: there are millions.
func runOf(data []byte) int {
	_, rest, _ := bytes.Cut(data, []byte(`"run":`))
	end := bytes.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	run, err := strconv.Atoi(string(rest[:max(0, end)]))
	if err != nil || run > protocol.MaxCount {
		return 0
	}
	return run
}

// Length is how many tasks are queued or running, of all versions. It is cheap,
// however many there are.
func (q *Queue) Length(ctx context.Context) (int, error) {
	var info *jetstream.StreamInfo
	err := q.Retry(ctx, func(ctx context.Context) (err error) {
		info, err = q.tasks.Info(ctx)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count queued tasks: %w", err)
	}
	return int(info.State.Msgs), nil
}

// direct returns the last message of a subject, nil when there is none.
func (q *Queue) direct(ctx context.Context, stream jetstream.Stream, subject string) (m *jetstream.RawStreamMsg, err error) {
	err = q.Retry(ctx, func(ctx context.Context) (err error) {
		m, err = stream.GetLastMsgForSubject(ctx, subject)
		return err
	})
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, nil
	}
	return m, err
}
