package queue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
)

// OutcomeDelivery is a committed outcome in the coordinator's hands.
type OutcomeDelivery struct {
	protocol.Outcome
	msg jetstream.Msg
}

// Ack reports that all that follows from the outcome is durable, so it leaves the queue. From then on the
// manifest decides what a later outcome of the same run is worth.
func (d *OutcomeDelivery) Ack() error {
	if err := d.msg.Ack(); err != nil {
		return fmt.Errorf("acknowledge outcome of task %s: %w", d.ID, err)
	}
	return nil
}

// ConfirmAck waits until the server has processed the acknowledgement of an outcome, and with it those of this session
// before it. Acknowledgements are sent without waiting, and a session that replaces this one removes its consumer, so the
// last of them could get lost.
func (q *Queue) ConfirmAck(ctx context.Context, d OutcomeDelivery) error {
	if _, err := q.NATS().RequestWithContext(ctx, d.msg.Reply(), []byte("+ACK")); err != nil {
		return fmt.Errorf("confirm acknowledgement of task %s: %w", d.ID, err)
	}
	return nil
}

// nextConsumer is the number of a session's consumer: the first number after last that no other consumer has.
// If all are taken, by as many versions of the program, it is one beyond them, which permissions do not name.
func nextConsumer(last int, taken []int) int {
	for i := range protocol.OutcomeConsumers {
		if n := (last+i)%protocol.OutcomeConsumers + 1; !slices.Contains(taken, n) {
			return n
		}
	}
	return max(protocol.OutcomeConsumers, slices.Max(taken)) + 1
}

// outcomeWait is how long an outcome may stay unacknowledged before it is delivered again: longer
// than a burst of placing takes.
const outcomeWait = 2 * time.Minute

// errConsumerTaken says that another session reads the outcomes.
var errConsumerTaken = errors.New("another coordinator reads the outcomes")

// outcomeConsumer makes a consumer of all outcomes that no session has acknowledged: a work queue has
// one at a time. It removes other sessions' consumers first, or without replace, it is errConsumerTaken that
// there are some. last is the number of the one before in this session, 0 if there was none: its name may
// not be free yet.
func (q *Queue) outcomeConsumer(ctx context.Context, replace bool, last int) (jetstream.Consumer, error) {
	old, next, err := q.outcomeConsumers(ctx, last)
	if err != nil {
		return nil, err
	}
	if len(old) > 0 && !replace {
		return nil, errConsumerTaken
	}
	for _, name := range old {
		if err := q.outcomes.DeleteConsumer(ctx, name); err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
			return nil, err
		}
	}
	consumer, err := q.outcomes.CreateConsumer(ctx, jetstream.ConsumerConfig{
		Durable:       protocol.OutcomeConsumer + strconv.Itoa(next),
		Description:   protocol.NewToken(), // else two sessions could make one and the same
		FilterSubject: q.subjects.All("outcomes"),
		DeliverPolicy: jetstream.DeliverAllPolicy,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       outcomeWait,
		MaxDeliver:    -1,
		MaxAckPending: -1, // the coordinator may hold any number
	})
	switch lost := natsconn.ConsumerNotUnique(err) || errors.Is(err, jetstream.ErrConsumerExists); {
	case lost && replace:
		return nil, nats.ErrTimeout // the other session was faster, and is removed by another try
	case lost:
		return nil, errConsumerTaken
	}
	return consumer, err
}

// outcomeConsumers returns the consumers of earlier sessions, and the number for the next one, which
// follows that of the newest of them, or last if there are none.
func (q *Queue) outcomeConsumers(ctx context.Context, last int) (names []string, next int, err error) {
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
			if info.Created.After(made) {
				last, made = n, info.Created
			}
		}
	}
	return names, nextConsumer(last, taken), list.Err()
}

func (q *Queue) received(msg jetstream.Msg) (OutcomeDelivery, bool) {
	o, err := q.subjects.DecodeOutcome(msg.Subject(), msg.Data())
	if err == nil {
		return OutcomeDelivery{Outcome: *o, msg: msg}, true
	}
	q.log.Error("an outcome cannot be read", "subject", msg.Subject(), "error", err)
	id, run, wrong := q.subjects.ParseOrder("outcomes", msg.Subject())
	if wrong != nil {
		_ = msg.Term() // it answers no order
		return OutcomeDelivery{}, false
	}
	now := time.Now().UTC()
	lost := protocol.Outcome{ID: id, Run: run, Token: protocol.NewToken(), Attempt: 1, Class: protocol.Lost, Started: now, Finished: now,
		Error: "the worker's outcome cannot be read: " + err.Error()}
	lost.Normalize()
	return OutcomeDelivery{msg: msg, Outcome: lost}, true
}

// LastOutcome returns the sequence of the last outcome of this version that is not acknowledged, or 0 if there
// is none.
func (q *Queue) LastOutcome(ctx context.Context) (uint64, error) {
	last, err := direct(ctx, q.Conn, q.outcomes, q.subjects.All("outcomes"))
	if err != nil {
		return 0, fmt.Errorf("find last outcome: %w", err)
	}
	if last == nil {
		return 0, nil
	}
	return last.Sequence, nil
}

// Sequence is the outcome's place among all: it grows with the commits.
func (d *OutcomeDelivery) Sequence() uint64 {
	meta, err := d.msg.Metadata()
	if err != nil {
		return 0 // not from a stream
	}
	return meta.Sequence.Stream
}
