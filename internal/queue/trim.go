package queue

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/sweeps"
)

// fenceTime is how long an outcome outlives its acknowledgement as a fence: by then
// its task's worker has acknowledged the task, or another has found the outcome.
const fenceTime = 10 * time.Minute

// floors remembers up to which outcome everything was acknowledged, and when.
type floors struct {
	mu   sync.Mutex
	seen []floor
}

type floor struct {
	at  time.Time
	seq uint64
}

// old adds what is acknowledged now and returns up to where it was fenceTime ago.
func (f *floors) old(now time.Time, seq uint64) uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen = append(f.seen, floor{now, seq})
	var old uint64
	for len(f.seen) > 0 && now.Sub(f.seen[0].at) >= fenceTime {
		old, f.seen = f.seen[0].seq, f.seen[1:]
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
	old := q.floors.old(time.Now(), floor)
	if old == 0 {
		return nil
	}
	if err := q.purge(ctx, q.outcomes, jetstream.WithPurgeSequence(old+1)); err != nil {
		return fmt.Errorf("trim outcomes: %w", err)
	}
	return nil
}

// trimMost bounds how many announcements one call of TrimAttempts looks at.
const trimMost = 100_000

// TrimAttempts removes the announcements up to the first whose order is not settled,
// as settled says, and reports whether there may be more to remove. An order is
// settled when what followed from its outcome is durable and its task is no longer
// queued.
func (q *Queue) TrimAttempts(ctx context.Context, settled func(id sweeps.ID, run int) bool) (more bool, err error) {
	first, more, err := q.firstUnsettled(ctx, settled)
	if err != nil {
		return false, fmt.Errorf("trim attempts: %w", err)
	}
	if first == 0 {
		return false, nil
	}
	if err := q.purge(ctx, q.attempts, jetstream.WithPurgeSequence(first)); err != nil {
		return false, fmt.Errorf("trim attempts: %w", err)
	}
	return more, nil
}

// firstUnsettled returns the sequence of the first announcement to keep, 0 when there
// is nothing to remove, and whether it stopped for having looked at enough.
func (q *Queue) firstUnsettled(ctx context.Context, settled func(id sweeps.ID, run int) bool) (first uint64, more bool, err error) {
	consumer, err := q.attempts.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{HeadersOnly: true})
	if err != nil {
		return 0, false, err
	}
	if consumer.CachedInfo().NumPending == 0 {
		return 0, false, nil
	}
	messages, err := consumer.Messages()
	if err != nil {
		return 0, false, err
	}
	defer messages.Stop()
	for n := 0; ; n++ {
		msg, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return 0, false, err
		}
		meta, err := msg.Metadata()
		if err != nil {
			return 0, false, err
		}
		id, run, err := q.parseOrder("attempts", msg.Subject())
		if err == nil && !settled(id, run) { // another version's is of no more use
			return first, false, nil
		}
		first = meta.Sequence.Stream + 1
		if meta.NumPending == 0 || n == trimMost {
			return first, meta.NumPending > 0, nil
		}
	}
}
