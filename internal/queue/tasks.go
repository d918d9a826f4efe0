package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// Limits of the tasks' consumer (the server's own defaults throttle silently). An order is
// unacknowledged only between a worker's fetch and its claim.
const (
	defaultAckWait = 30 * time.Second
	maxAckPending  = 65_536
	maxWaiting     = 65_536
)

// batchSize is the most that the server takes in one atomic batch.
const batchSize = 1000

// ErrOccupied is wrapped when the queue holds an order of a run already.
var ErrOccupied = errors.New("the queue holds an order of this run already")

// openTasks makes the one consumer by which workers of this version fetch tasks.
func (q *Queue) openTasks(ctx context.Context) error {
	config := jetstream.ConsumerConfig{
		Durable:       q.subjects.Consumer(),
		FilterSubject: q.subjects.All("tasks"),
		DeliverPolicy: jetstream.DeliverAllPolicy,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       q.options.AckWait,
		MaxDeliver:    -1,
		MaxAckPending: maxAckPending,
		MaxWaiting:    maxWaiting,
	}
	err := q.Retry(ctx, func(ctx context.Context) error {
		err := retryWhileNameBusy(ctx, func() error {
			_, err := q.tasks.CreateOrUpdateConsumer(ctx, config)
			return err
		})
		if natsconn.ConsumerRefused(err) {
			// One of this name is there with settings that cannot be changed: not by this program.
			if err := q.tasks.DeleteConsumer(ctx, config.Durable); err != nil {
				return err
			}
			err = retryWhileNameBusy(ctx, func() error {
				_, err := q.tasks.CreateConsumer(ctx, config)
				return err
			})
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("open the queue of tasks: %w", err)
	}
	return nil
}

// Tries to create a consumer of a name that another one had a moment ago, and the pause between them.
const (
	nameTries = 20
	namePause = 100 * time.Millisecond
)

// retryWhileNameBusy calls f, which creates a consumer, repeatedly while the server may still be removing the files of
// another consumer of that name. The server answers in the same way when a disk fails.
func retryWhileNameBusy(ctx context.Context, f func() error) (err error) {
	for range nameTries {
		if err = f(); !natsconn.ConsumerFilesFail(err) {
			return err
		}
		select {
		case <-time.After(namePause):
		case <-ctx.Done():
			return err
		}
	}
	return err
}

// PublishTasks puts orders into the queue, each once, in their order, and returns how many the queue certainly
// holds. After an error it may hold some of the others as well; whoever needs to know purges it. The error
// wraps ErrOccupied, or ErrLimit when the stream or the account has no room for more orders.
func (q *Queue) PublishTasks(ctx context.Context, tasks []protocol.TaskMessage) (int, error) {
	n, size := 0, batchSize
	for n < len(tasks) {
		batch := tasks[n:min(n+size, len(tasks))]
		messages, err := q.messages(batch)
		if err == nil {
			err = q.TryOnce(ctx, func(ctx context.Context) error { return q.publishBatch(ctx, messages) })
		}
		switch {
		case err == nil:
			n += len(batch)
		case errors.Is(err, natsconn.ErrLimit) && len(batch) > 1: // none of them was taken
			size = len(batch) / 2
		default:
			return n, fmt.Errorf("queue tasks: %w", err)
		}
	}
	return n, nil
}

func (q *Queue) messages(tasks []protocol.TaskMessage) ([]*nats.Msg, error) {
	messages := make([]*nats.Msg, len(tasks))
	for i := range tasks {
		data, err := protocol.Encode(&tasks[i])
		if err != nil {
			return nil, fmt.Errorf("task %s: %w", tasks[i].ID, err)
		}
		messages[i] = nats.NewMsg(q.subjects.Task(tasks[i].ID, tasks[i].Run))
		messages[i].Data = data
	}
	return messages, nil
}

func (q *Queue) publishBatch(ctx context.Context, messages []*nats.Msg) (err error) {
	if len(messages) == 1 {
		_, err = q.JetStream().PublishMsg(ctx, messages[0])
	} else if err = q.checkRoom(ctx, messages); err == nil {
		_, err = jetstreamext.PublishMsgBatch(ctx, q.JetStream(), messages)
	}
	if natsconn.Occupied(err) {
		return fmt.Errorf("%w: %w", ErrOccupied, err)
	}
	return err
}

// messageOverhead is more than what the server stores of a message beside its subject and data, in bytes.
const messageOverhead = 256

// checkRoom refuses a batch that the account has no room for: the server would not answer it.
func (q *Queue) checkRoom(ctx context.Context, messages []*nats.Msg) error {
	replicas := max(1, q.tasks.CachedInfo().Config.Replicas)
	tier, err := q.account(ctx, replicas)
	if err != nil || tier.Limits.MaxStore <= 0 {
		return err
	}
	var size int64
	for _, m := range messages {
		size += int64(len(m.Subject) + len(m.Data) + messageOverhead)
	}
	if left := tier.Limits.MaxStore - int64(tier.Store); size*int64(replicas) > left {
		return fmt.Errorf("%d tasks take %d bytes, and the account has %d: %w",
			len(messages), size*int64(replicas), left, natsconn.ErrLimit)
	}
	return nil
}

// PurgeTasks removes every order of this version. A worker that has fetched one may still claim it.
func (q *Queue) PurgeTasks(ctx context.Context) error {
	if err := purge(ctx, q.Conn, q.tasks, jetstream.WithPurgeSubject(q.subjects.All("tasks"))); err != nil {
		return fmt.Errorf("purge tasks: %w", err)
	}
	return nil
}

// purge removes messages of a stream. It is no error if an earlier try, whose answer was lost, has removed
// them.
func purge(ctx context.Context, conn *natsconn.Conn, stream jetstream.Stream, which ...jetstream.StreamPurgeOpt) error {
	return conn.Retry(ctx, func(ctx context.Context) error { return stream.Purge(ctx, which...) })
}

// EachTask calls f for every order of this version that waits to be claimed. The error is ctx's, or says that the server
// did not answer.
func (q *Queue) EachTask(ctx context.Context, f func(id sweeps.ID, run int)) error {
	var info *jetstream.StreamInfo
	err := q.Retry(ctx, func(ctx context.Context) (err error) {
		info, err = q.tasks.Info(ctx, jetstream.WithSubjectFilter(q.subjects.All("tasks")))
		return err
	})
	if err != nil {
		return fmt.Errorf("list tasks: %w", err)
	}
	for subject := range info.State.Subjects {
		if id, run, err := q.subjects.ParseOrder("tasks", subject); err == nil {
			f(id, run)
		}
	}
	return nil
}

// Oldest returns how many orders wait to be claimed, and since when the oldest does; the time is zero if there are none.
func (q *Queue) Oldest(ctx context.Context) (orders int, since time.Time, err error) {
	info, err := q.tasks.Info(ctx)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("count tasks: %w", err)
	}
	if info.State.Msgs > 0 {
		since = info.State.FirstTime
	}
	return int(info.State.Msgs), since, nil
}

// CountTasks returns how many orders of this version wait to be claimed.
func (q *Queue) CountTasks(ctx context.Context) (int, error) {
	var info *jetstream.ConsumerInfo
	err := q.Retry(ctx, func(ctx context.Context) error {
		c, err := q.tasks.Consumer(ctx, q.subjects.Consumer())
		if err == nil {
			info = c.CachedInfo()
		}
		return err
	})
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		return 0, q.openTasks(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("count tasks: %w", err)
	}
	return int(info.NumPending) + info.NumAckPending, nil
}
