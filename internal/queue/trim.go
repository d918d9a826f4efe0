package queue

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
	"eisweep/sweeps"
)

// fenceTime is how long an outcome outlives its acknowledgement as a fence: by then
// its task's worker has acknowledged the task, or another has found the outcome.
const fenceTime = 10 * time.Minute

// watermarks record up to which outcome everything was acknowledged, and when.
type watermarks struct {
	mu   sync.Mutex
	seen []watermark
}

type watermark struct {
	at  time.Time
	seq uint64
}

// old adds what is acknowledged now and returns up to where it was fenceTime ago.
func (w *watermarks) old(now time.Time, seq uint64) uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, watermark{now, seq})
	var old uint64
	for len(w.seen) > 0 && now.Sub(w.seen[0].at) >= fenceTime {
		old, w.seen = w.seen[0].seq, w.seen[1:]
	}
	return old
}

// TrimOutcomes removes the outcomes up to the first that isn't acknowledged, as of a
// call ten minutes ago or earlier. They bar no later outcome of their order any more:
// one that comes all the same is known by its (id, run). To be called now and then.
func (q *Queue) TrimOutcomes(ctx context.Context) error {
	floor, err := q.outcomeFloor(ctx)
	if err != nil {
		return fmt.Errorf("trim outcomes: %w", err)
	}
	old := q.watermarks.old(time.Now(), floor)
	if old == 0 {
		return nil
	}
	if err := q.purge(ctx, q.outcomes, jetstream.WithPurgeSequence(old+1)); err != nil {
		return fmt.Errorf("trim outcomes: %w", err)
	}
	return nil
}

// Bounds of one call of TrimAttempts: how many announcements it looks at, how many of them it
// removes one by one, and how many at a time.
const (
	trimMost   = 100_000
	trimSingly = 10_000
	trimAtOnce = 64
)

// TrimAttempts removes the announcements whose orders are settled, as settled says, and reports
// whether there may be more to remove at once: those up to the first that isn't together, of the
// others some. An order is settled when what followed from its outcome is durable and its task is
// no longer queued.
func (q *Queue) TrimAttempts(ctx context.Context, settled func(id sweeps.ID, run int) bool) (more bool, err error) {
	first, behind, more, err := q.settledAttempts(ctx, settled)
	if err == nil && first > 0 {
		err = q.purge(ctx, q.attempts, jetstream.WithPurgeSequence(first))
	}
	if err == nil {
		err = q.removeAttempts(ctx, behind)
	}
	if err != nil {
		return false, fmt.Errorf("trim attempts: %w", err)
	}
	return more, nil
}

// settledAttempts returns the sequence of the first announcement to keep, 0 when there
// is nothing to remove before it, those to remove behind it, and whether it stopped for having
// looked at enough.
func (q *Queue) settledAttempts(ctx context.Context, settled func(id sweeps.ID, run int) bool) (
	first uint64, behind []uint64, more bool, err error,
) {
	var consumer jetstream.Consumer
	err = q.Retry(ctx, func(ctx context.Context) (err error) {
		consumer, err = q.attempts.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{HeadersOnly: true})
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
		id, run, err := q.subjects.ParseOrder("attempts", msg.Subject())
		switch {
		case err == nil && !settled(id, run): // another version's is of no more use
			kept = true
		case kept:
			behind = append(behind, meta.Sequence.Stream)
		default:
			first = meta.Sequence.Stream + 1
		}
		if meta.NumPending == 0 || n == trimMost || len(behind) == trimSingly {
			return first, behind, !kept && meta.NumPending > 0, nil
		}
	}
}

// removeAttempts removes announcements one by one. A later one of the same order stays.
func (q *Queue) removeAttempts(ctx context.Context, sequences []uint64) error {
	errs := make(chan error, len(sequences))
	turns := make(chan struct{}, trimAtOnce)
	for _, seq := range sequences {
		turns <- struct{}{}
		go func() {
			defer func() { <-turns }()
			errs <- q.Retry(ctx, func(ctx context.Context) error { return q.attempts.DeleteMsg(ctx, seq) })
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
