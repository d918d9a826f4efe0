package queue

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// OpenSweep lets workers take the tasks of a sweep. It may be called again.
func (q *Queue) OpenSweep(ctx context.Context, sweep string) error {
	if !sweeps.IsName(sweep) {
		return fmt.Errorf("open sweep %q: %w", sweep, protocol.ErrMessage)
	}
	config := jetstream.ConsumerConfig{
		Durable:       q.subjects.Consumer(sweep),
		FilterSubject: q.subjects.Sweep(sweep),
		DeliverPolicy: jetstream.DeliverAllPolicy,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       q.options.AckWait,
		MaxDeliver:    -1,
		MaxAckPending: maxAckPending,
		MaxWaiting:    maxWaiting,
	}
	err := q.Retry(ctx, func(ctx context.Context) error {
		_, err := q.tasks.CreateOrUpdateConsumer(ctx, config)
		if natsconn.ConsumerRefused(err) {
			// One of this name is there with settings that cannot be changed: not by this program.
			if err := q.tasks.DeleteConsumer(ctx, config.Durable); err != nil {
				return err
			}
			_, err = q.tasks.CreateConsumer(ctx, config)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("open sweep %s: %w", sweep, err)
	}
	q.announce()
	return nil
}

// CloseSweep stops the delivery of a sweep's tasks. Running tasks continue, queued tasks stay
// queued. A sweep that isn't open is no error.
func (q *Queue) CloseSweep(ctx context.Context, sweep string) error {
	err := q.Retry(ctx, func(ctx context.Context) error { return q.tasks.DeleteConsumer(ctx, q.subjects.Consumer(sweep)) })
	if err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return fmt.Errorf("close sweep %s: %w", sweep, err)
	}
	return nil
}

// ofSweep is the name of a sweep's consumer, of any version.
var ofSweep = regexp.MustCompile(`^(f\d+m\d+)_(.+)$`)

// CloseOthers is CloseSweep for all sweeps but those that open names, also for those of other
// versions of the program.
func (q *Queue) CloseOthers(ctx context.Context, open func(sweep string) bool) error {
	var names []string
	err := q.Retry(ctx, func(ctx context.Context) error {
		names = nil
		list := q.tasks.ConsumerNames(ctx)
		for name := range list.Name() {
			names = append(names, name)
		}
		return list.Err()
	})
	if err != nil {
		return fmt.Errorf("list consumers: %w", err)
	}
	for _, name := range names {
		parts := ofSweep.FindStringSubmatch(name)
		if parts == nil || parts[1] == protocol.Version() && open(parts[2]) {
			continue
		}
		err := q.Retry(ctx, func(ctx context.Context) error { return q.tasks.DeleteConsumer(ctx, name) })
		if err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
			return fmt.Errorf("close sweep of consumer %s: %w", name, err)
		}
	}
	return nil
}

// sweepConsumer returns nil when the sweep isn't open.
func (q *Queue) sweepConsumer(ctx context.Context, sweep string) (jetstream.Consumer, error) {
	if c := q.consumers.get(sweep); c != nil {
		return c, nil
	}
	var c jetstream.Consumer
	err := q.Try(ctx, natsconn.AnswerTimeout, func(ctx context.Context) (err error) {
		c, err = q.tasks.Consumer(ctx, q.subjects.Consumer(sweep))
		return err
	})
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find consumer of sweep %s: %w", sweep, err)
	}
	q.consumers.put(sweep, c)
	return c, nil
}
