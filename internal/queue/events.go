package queue

import (
	"log/slog"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/protocol"
)

// Progress calls progress, from one goroutine, with the reports of running attempts; some may be lost. Reports
// that cannot be read are dropped.
func (q *Queue) Progress(progress func(protocol.Progress)) (stop func(), err error) {
	return q.Subscribe("progress", q.subjects.All("progress"), func(msg *nats.Msg) {
		p, err := q.subjects.DecodeProgress(msg.Subject, msg.Data)
		if err != nil {
			q.log.Warn("progress cannot be read", "subject", msg.Subject, "error", err)
			return
		}
		progress(*p)
	})
}

// PublishProgress publishes how far an attempt has come. It does not wait, and the report may be lost.
func (q *Queue) PublishProgress(p protocol.Progress) {
	p.Normalize()
	data, err := protocol.Encode(&p)
	if err == nil {
		err = q.NATS().Publish(q.subjects.Progress(p.ID), data)
	}
	if err != nil {
		q.log.Debug("publish progress", "error", err)
	}
}

// reported logs what goes wrong between the calls of a consumer's handler. The consumer itself continues as
// soon as it can.
func reported(log *slog.Logger, what string) jetstream.PullConsumeOpt {
	return jetstream.ConsumeErrHandler(func(_ jetstream.ConsumeContext, err error) {
		log.Info("reading of "+what+" is disturbed", "error", err)
	})
}
