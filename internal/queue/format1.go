package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
)

// takeover describes the consumer by which the outcomes of the first format are read.
const takeover = "of a coordinator of format 2"

// TakeOverFormat1 takes over the streams of coordinators that used the first format of messages. It removes
// their orders, calls handle with each outcome that none of them has acknowledged, and removes the streams when
// all outcomes are acknowledged. It reports whether nothing is left; otherwise it is to be called again after a
// while. Outcomes that are not acknowledged within two minutes come again.
func (q *Queue) TakeOverFormat1(ctx context.Context, handle func(OutcomeDelivery)) (done bool, err error) {
	f := format1Streams{q.Conn, protocol.Format1Of(q.options.RootID), q.log}
	err = f.removeStream(ctx, "tasks")
	if err == nil {
		done, err = f.takeOverOutcomes(ctx, handle)
	}
	if !done || err != nil {
		return false, errorOf("take over what an earlier version left", err)
	}
	for _, kind := range []string{"attempts", "state", "outcomes"} {
		if err := f.removeStream(ctx, kind); err != nil {
			return false, errorOf("take over what an earlier version left", err)
		}
	}
	return true, nil
}

// format1Streams are the streams of coordinators that used the first format of messages.
type format1Streams struct {
	conn  *natsconn.Conn
	names protocol.Format1
	log   *slog.Logger
}

func errorOf(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func (f format1Streams) removeStream(ctx context.Context, kind string) error {
	err := f.conn.RetryBulk(ctx, func(ctx context.Context) error { return f.conn.JetStream().DeleteStream(ctx, f.names.Stream(kind)) })
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil
	}
	return err
}

// takeOverOutcomes hands over the outcomes, and reports whether all of them were acknowledged.
func (f format1Streams) takeOverOutcomes(ctx context.Context, handle func(OutcomeDelivery)) (bool, error) {
	var consumer jetstream.Consumer
	err := f.conn.Retry(ctx, func(ctx context.Context) error {
		stream, err := f.conn.JetStream().Stream(ctx, f.names.Stream("outcomes"))
		if err == nil {
			consumer, err = f.outcomeConsumer(ctx, stream)
		}
		return err
	})
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	for came := true; came; {
		batch, err := consumer.FetchNoWait(batchSize)
		if err != nil {
			return false, err
		}
		came = false
		for msg := range batch.Messages() {
			came = true
			f.handleOutcome(msg, handle)
		}
	}
	var info *jetstream.ConsumerInfo
	err = f.conn.Retry(ctx, func(ctx context.Context) (err error) {
		info, err = consumer.Info(ctx)
		return err
	})
	return err == nil && info.NumPending == 0 && info.NumAckPending == 0, err
}

func (f format1Streams) handleOutcome(msg jetstream.Msg, handle func(OutcomeDelivery)) {
	o, err := f.names.DecodeOutcome(msg.Subject(), msg.Data())
	if err == nil {
		handle(OutcomeDelivery{Outcome: *o, msg: msg})
		return
	}
	f.log.Error("an outcome of an earlier version cannot be read; its task will run again", "subject", msg.Subject(), "error", err)
	if err := msg.Term(); err != nil {
		f.log.Debug("remove an outcome of an earlier version", "error", err)
	}
}

// outcomeConsumer finds the consumer of the outcomes that no coordinator of the first format has
// acknowledged, or makes it in place of theirs.
func (f format1Streams) outcomeConsumer(ctx context.Context, stream jetstream.Stream) (jetstream.Consumer, error) {
	var old []string
	var taken []int
	var floor uint64
	list := stream.ListConsumers(ctx)
	for info := range list.Info() {
		if info.Config.Description == takeover {
			return stream.Consumer(ctx, info.Name)
		}
		rest, ok := strings.CutPrefix(info.Name, protocol.OutcomeConsumer)
		if n, err := strconv.Atoi(rest); !ok || err != nil || info.Config.FilterSubject != f.names.Outcomes() {
			continue
		} else {
			taken, old = append(taken, n), append(old, info.Name)
		}
		if info.AckFloor.Stream <= stream.CachedInfo().State.LastSeq { // else it is damaged
			floor = max(floor, info.AckFloor.Stream)
		}
	}
	if err := list.Err(); err != nil {
		return nil, err
	}
	consumer, err := stream.CreateConsumer(ctx, jetstream.ConsumerConfig{
		Durable:       protocol.OutcomeConsumer + strconv.Itoa(nextConsumer(0, taken)),
		Description:   takeover,
		FilterSubject: f.names.Outcomes(),
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy,
		OptStartSeq:   floor + 1,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       outcomeWait,
		MaxDeliver:    -1,
		MaxAckPending: -1,
	})
	if err != nil {
		return nil, err
	}
	for _, name := range old {
		if err := stream.DeleteConsumer(ctx, name); err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
			f.log.Warn("remove the consumer of an earlier version", "error", err)
		}
	}
	return consumer, nil
}

// DrainFormat1 sends a drain command to workers of the first format whenever they report their state, and calls seen
// with the time. NATS carries the reports only where the roles share an account.
func (q *Queue) DrainFormat1(seen func(time.Time)) (stop func(), err error) {
	names := protocol.Format1Of(q.options.RootID)
	return q.Subscribe("workers of an earlier version", names.Workers(), func(msg *nats.Msg) {
		seen(time.Now())
		if err := q.NATS().Publish(names.Orders(msg.Subject), []byte(protocol.Drain)); err != nil {
			q.log.Debug("drain a worker of an earlier version", "error", err)
		}
	})
}
