package queue

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

// Length is how many tasks are queued or running, of all versions. It is cheap,
// however many there are.
func (q *Queue) Length(ctx context.Context) (int, error) {
	info, err := q.tasks.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("count queued tasks: %w", err)
	}
	return int(info.State.Msgs), nil
}

// LastOutcome is the sequence of the last outcome of this version that was committed, 0
// when there is none, and whether all up to it are acknowledged.
func (q *Queue) LastOutcome(ctx context.Context) (sequence uint64, acknowledged bool, err error) {
	last, err := q.outcomes.GetLastMsgForSubject(ctx, q.all("outcomes"))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return 0, true, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("find last outcome: %w", err)
	}
	_, floor, _, err := q.outcomePlace(ctx)
	if err != nil {
		return 0, false, fmt.Errorf("find last outcome: %w", err)
	}
	return last.Sequence, floor >= last.Sequence, nil
}

// Sequence is the outcome's place among all: it grows with the commits.
func (d *OutcomeDelivery) Sequence() uint64 {
	meta, err := d.msg.Metadata()
	if err != nil {
		return 0 // not from a stream
	}
	return meta.Sequence.Stream
}
