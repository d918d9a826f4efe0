package queue

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/sweeps"
)

// OpenSweep lets workers have the tasks of a sweep. It may be called again.
func (q *Queue) OpenSweep(ctx context.Context, sweep string) error {
	if !validSweep(sweep) {
		return fmt.Errorf("open sweep: %w", refuse("sweep %q", sweep))
	}
	config := jetstream.ConsumerConfig{
		Durable:       q.consumer(sweep),
		FilterSubject: q.sweep(sweep),
		DeliverPolicy: jetstream.DeliverAllPolicy,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       q.options.AckWait,
		MaxDeliver:    -1,
		MaxAckPending: maxAckPending,
		MaxWaiting:    maxWaiting,
	}
	err := q.retry(ctx, func(ctx context.Context) error {
		_, err := q.tasks.CreateOrUpdateConsumer(ctx, config)
		return err
	})
	if err != nil {
		return fmt.Errorf("open sweep %s: %w", sweep, err)
	}
	q.announce()
	return nil
}

// CloseSweep keeps the tasks of a sweep from workers; those that are running go
// on. What is still queued stays queued. A sweep that isn't open is no error.
func (q *Queue) CloseSweep(ctx context.Context, sweep string) error {
	err := q.retry(ctx, func(ctx context.Context) error { return q.tasks.DeleteConsumer(ctx, q.consumer(sweep)) })
	if err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return fmt.Errorf("close sweep %s: %w", sweep, err)
	}
	return nil
}

// announce tells idle workers to look for tasks. They would look by themselves,
// only later: a lost announcement costs seconds.
func (q *Queue) announce() {
	if err := q.conn.Publish(q.wake(), nil); err != nil {
		q.log.Debug("announce tasks", "error", err)
	}
}

// PurgeTasks removes every queued task, of all versions. Running tasks go on and
// may still commit.
func (q *Queue) PurgeTasks(ctx context.Context) error {
	if err := q.purge(ctx, q.tasks); err != nil {
		return fmt.Errorf("purge tasks: %w", err)
	}
	return nil
}

// PurgeAttempts forgets all attempts: they are numbered from 1 again.
func (q *Queue) PurgeAttempts(ctx context.Context) error {
	if err := q.purge(ctx, q.attempts); err != nil {
		return fmt.Errorf("purge attempts: %w", err)
	}
	return nil
}

// PurgeOutcomes takes all fences away. Only for when no worker is at work and every
// outcome has been dealt with.
func (q *Queue) PurgeOutcomes(ctx context.Context) error {
	if err := q.purge(ctx, q.outcomes); err != nil {
		return fmt.Errorf("purge outcomes: %w", err)
	}
	return nil
}

// PurgeSweep removes the queued tasks of a sweep.
func (q *Queue) PurgeSweep(ctx context.Context, sweep string) error {
	if err := q.purge(ctx, q.tasks, jetstream.WithPurgeSubject(q.sweep(sweep))); err != nil {
		return fmt.Errorf("purge tasks of sweep %s: %w", sweep, err)
	}
	return nil
}

// Remove removes one task from the queue; one that isn't there is no error.
func (q *Queue) Remove(ctx context.Context, sweep string, id sweeps.ID) error {
	if err := q.purge(ctx, q.tasks, jetstream.WithPurgeSubject(q.task(sweep, id))); err != nil {
		return fmt.Errorf("remove task %s: %w", id, err)
	}
	return nil
}

// RemoveOutcome takes the fence of an order away: its outcome and its attempts.
// Only an order whose task is no longer queued may lose it, else a late worker
// could commit a second outcome. What isn't there is no error.
func (q *Queue) RemoveOutcome(ctx context.Context, id sweeps.ID, run int) error {
	err := errors.Join(
		q.purge(ctx, q.outcomes, jetstream.WithPurgeSubject(q.outcome(id, run))),
		q.purge(ctx, q.attempts, jetstream.WithPurgeSubject(q.scheme.attempts(id, run))))
	if err != nil {
		return fmt.Errorf("remove outcome of task %s, run %d: %w", id, run, err)
	}
	return nil
}

// purge removes messages of a stream. What an earlier try, whose answer was lost, has
// removed it doesn't miss.
func (q *Queue) purge(ctx context.Context, stream jetstream.Stream, which ...jetstream.StreamPurgeOpt) error {
	return q.retryWithin(ctx, bulkTimeout, func(ctx context.Context) error { return stream.Purge(ctx, which...) })
}
