package queue

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
	"eisweep/sweeps"
)

// Bounds of one call of TrimRegister: how many events it looks at, how many of them it removes one by one, and
// how many at a time.
const (
	trimMost   = 100_000
	trimSingly = 10_000
	trimAtOnce = 64
)

// Trim removes the events of runs that are settled, as settled says, and reports whether there may be
// more to remove at once. It removes the events before the first one to keep in one request, and some of the
// later ones one by one. A run is settled when what followed from its outcome is durable.
func (r *Register) Trim(ctx context.Context, settled func(id sweeps.ID, run int) bool) (more bool, err error) {
	first, behind, more, err := r.settledAttempts(ctx, settled)
	if err == nil && first > 0 {
		err = purge(ctx, r.conn, r.stream, jetstream.WithPurgeSequence(first))
	}
	if err == nil {
		err = r.removeAttempts(ctx, behind)
	}
	if err != nil {
		return false, fmt.Errorf("trim attempts: %w", err)
	}
	return more, nil
}

// settledAttempts returns the sequence of the first event to keep, or 0 if there is nothing to remove before
// it; the events to remove behind it; and whether it stopped because it had looked at enough.
func (r *Register) settledAttempts(
	ctx context.Context,
	settled func(id sweeps.ID, run int) bool,
) (first uint64, behind []uint64, more bool, err error) {
	var consumer jetstream.Consumer
	err = r.conn.Retry(ctx, func(ctx context.Context) (err error) {
		consumer, err = r.stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{HeadersOnly: true})
		return err
	})
	if err != nil {
		return 0, nil, false, err
	}
	if consumer.CachedInfo().NumPending == 0 {
		return 0, nil, false, nil
	}
	messages, err := consumer.Messages()
	if err != nil {
		return 0, nil, false, err
	}
	defer messages.Stop()
	kept := false
	for n := 0; ; n++ {
		msg, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return 0, nil, false, err
		}
		meta, err := msg.Metadata()
		if err != nil {
			return 0, nil, false, err
		}
		id, run, err := r.subjects.ParseOrder("attempts", msg.Subject())
		switch {
		case err == nil && !settled(id, run): // an event of another version is no longer needed
			kept = true
		case kept:
			behind = append(behind, meta.Sequence.Stream)
		default:
			first = meta.Sequence.Stream + 1
		}
		if meta.NumPending == 0 || n == trimMost || len(behind) == trimSingly {
			// Behind one that is kept a call that removes few would be followed by one like it.
			return first, behind, meta.NumPending > 0 && (!kept || len(behind) == trimSingly), nil
		}
	}
}

// removeAttempts removes events one by one. A later event of the same run stays.
func (r *Register) removeAttempts(ctx context.Context, sequences []uint64) error {
	errs := make(chan error, len(sequences))
	turns := make(chan struct{}, trimAtOnce)
	for _, seq := range sequences {
		turns <- struct{}{}
		go func() {
			defer func() { <-turns }()
			errs <- r.conn.Retry(ctx, func(ctx context.Context) error { return r.stream.DeleteMsg(ctx, seq) })
		}()
	}
	var failed error
	for range sequences {
		if err := <-errs; err != nil && !natsconn.MessageGone(err) && failed == nil {
			failed = err
		}
	}
	return failed
}
