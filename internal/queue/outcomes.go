package queue

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// OutcomeDelivery is a committed outcome that the coordinator has received.
type OutcomeDelivery struct {
	protocol.Outcome
	msg jetstream.Msg
}

// Ack acknowledges that everything that follows from the outcome is durable: it is not
// delivered again. It stays in its stream, as a fence, until TrimOutcomes.
func (d *OutcomeDelivery) Ack() error {
	if err := d.msg.Ack(); err != nil {
		return fmt.Errorf("acknowledge outcome of task %s: %w", d.ID, err)
	}
	return nil
}

// nextConsumer is the number of a session's consumer: the next after the last one that
// no other consumer has. If all are taken, by as many versions of the program, it is one
// beyond them, which permissions do not name.
func nextConsumer(last int, taken []int) int {
	for i := range protocol.OutcomeConsumers {
		if n := (last+i)%protocol.OutcomeConsumers + 1; !slices.Contains(taken, n) {
			return n
		}
	}
	return max(protocol.OutcomeConsumers, slices.Max(taken)) + 1
}

// Fences calls found with every order whose outcome is kept, acknowledged or not, up to
// the sequence of one: a task that is given the same run number again is taken for
// settled.
func (q *Queue) Fences(ctx context.Context, last uint64, found func(id sweeps.ID, run int)) error {
	err := q.each(ctx, "outcomes", q.subjects.All("outcomes"), func(m *jetstream.RawStreamMsg) {
		if id, run, err := q.subjects.ParseOrder("outcomes", m.Subject); err == nil && m.Sequence <= last {
			found(id, run)
		}
	})
	if err != nil {
		return fmt.Errorf("list outcomes: %w", err)
	}
	return nil
}

// outcomePlace returns the consumers of earlier sessions, up to which outcome one of
// them was acknowledged, and the number for the next one. A place behind the last outcome is
// damage: with it the outcomes to come would be passed over.
func (q *Queue) outcomePlace(ctx context.Context) (names []string, floor uint64, next int, err error) {
	stream, err := q.outcomes.Info(ctx)
	if err != nil {
		return nil, 0, 0, err
	}
	var last int
	var made time.Time
	var taken []int
	list := q.outcomes.ListConsumers(ctx)
	for info := range list.Info() {
		rest, ok := strings.CutPrefix(info.Name, protocol.OutcomeConsumer)
		n, err := strconv.Atoi(rest)
		if !ok || err != nil {
			continue
		}
		taken = append(taken, n)
		if info.Config.FilterSubject == q.subjects.All("outcomes") {
			names = append(names, info.Name)
			if info.AckFloor.Stream <= stream.State.LastSeq {
				floor = max(floor, info.AckFloor.Stream)
			}
			if info.Created.After(made) {
				last, made = n, info.Created
			}
		}
	}
	return names, floor, nextConsumer(last, taken), list.Err()
}

// outcomeFloor is up to which outcome all are acknowledged.
func (q *Queue) outcomeFloor(ctx context.Context) (floor uint64, err error) {
	err = q.Retry(ctx, func(ctx context.Context) (err error) {
		_, floor, _, err = q.outcomePlace(ctx)
		return err
	})
	return floor, err
}

// LastOutcome is the sequence of the last outcome of this version that was committed, 0
// when there is none, and whether all up to it are acknowledged.
func (q *Queue) LastOutcome(ctx context.Context) (sequence uint64, acknowledged bool, err error) {
	last, err := q.direct(ctx, q.outcomes, q.subjects.All("outcomes"))
	if err != nil {
		return 0, false, fmt.Errorf("find last outcome: %w", err)
	}
	if last == nil {
		return 0, true, nil
	}
	floor, err := q.outcomeFloor(ctx)
	if err != nil {
		return 0, false, fmt.Errorf("find last outcome: %w", err)
	}
	return last.Sequence, floor >= last.Sequence, nil
}

// Sequence returns the position of the outcome in the order of commits.
func (d *OutcomeDelivery) Sequence() uint64 {
	meta, err := d.msg.Metadata()
	if err != nil {
		return 0 // not from a stream
	}
	return meta.Sequence.Stream
}
