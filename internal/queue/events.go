package queue

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/protocol"
)

// Events calls attempt with the last event of every run and then with each new one, and progress
// with the reports of running attempts. Each is called from a
// goroutine of its own. Events that are quickly followed by others of the same
// order may be left out; progress may be lost. What cannot be read is dropped.
func (q *Queue) Events(ctx context.Context, attempt func(protocol.AttemptEvent), progress func(protocol.Progress)) (stop func(), err error) {
	var consumer jetstream.Consumer
	err = q.Retry(ctx, func(ctx context.Context) (err error) {
		consumer, err = q.attempts.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
			FilterSubjects: []string{q.subjects.All("attempts")},
			DeliverPolicy:  jetstream.DeliverLastPerSubjectPolicy,
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open attempts: %w", err)
	}
	run, err := consumer.Consume(func(msg jetstream.Msg) {
		e, err := q.subjects.DecodeAttempt(msg.Subject(), msg.Data())
		if err != nil {
			q.log.Error("an attempt's announcement cannot be read", "subject", msg.Subject(), "error", err)
			return
		}
		attempt(*e)
	}, q.reported("attempts"))
	if err != nil {
		return nil, fmt.Errorf("read attempts: %w", err)
	}
	stopAttempts := stopper(run)
	stopProgress, err := q.listen(progress)
	if err != nil {
		stopAttempts()
		return nil, err
	}
	return func() { stopProgress(); stopAttempts() }, nil
}

func (q *Queue) listen(progress func(protocol.Progress)) (stop func(), err error) {
	return q.Subscribe("progress", q.subjects.All("progress"), func(msg *nats.Msg) {
		p, err := q.subjects.DecodeProgress(msg.Subject, msg.Data)
		if err != nil {
			q.log.Warn("progress cannot be read", "subject", msg.Subject, "error", err)
			return
		}
		progress(*p)
	})
}

// PublishProgress publishes the progress of an attempt. It doesn't wait, and the message may get lost.
func (q *Queue) PublishProgress(p protocol.Progress) {
	p.Normalize()
	data, err := protocol.Encode(&p)
	if err == nil {
		err = q.NATS().Publish(q.subjects.Progress(p.ID), data)
	}
	if err != nil {
		q.log.Debug("tell progress", "error", err)
	}
}

// reported logs what goes wrong between the calls of a consumer's handler; the
// consumer itself goes on as soon as it can.
func (q *Queue) reported(what string) jetstream.PullConsumeOpt {
	return jetstream.ConsumeErrHandler(func(_ jetstream.ConsumeContext, err error) {
		q.log.Info("reading of "+what+" is disturbed", "error", err)
	})
}
