package queue

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
)

// PublishSweeps publishes the roster: the sweeps whose tasks workers may take, in place of those before.
// Workers that are connected receive it at once, others when they connect.
func (q *Queue) PublishSweeps(ctx context.Context, open []protocol.OpenSweep) error {
	data, err := protocol.Encode(&protocol.Roster{Sweeps: open})
	if err != nil {
		return fmt.Errorf("offer sweeps: %w", err)
	}
	err = q.Retry(ctx, func(ctx context.Context) error {
		_, err := q.JetStream().Publish(ctx, q.subjects.Roster(), data)
		return err
	})
	if err != nil {
		return fmt.Errorf("offer sweeps: %w", err)
	}
	q.announce()
	return nil
}

// Sweeps returns the sweeps whose tasks workers may take now, for Next: higher priorities first,
// and among equals each in turn, so that they share the workers evenly. It never
// waits; it is empty until the first roster has arrived.
func (q *Queue) Sweeps() []string {
	q.roster.listen.Do(q.roster.follow)
	return q.roster.roundRobin()
}

// rereadEvery is how often the roster is read without a reason.
const rereadEvery = 10 * time.Second

// follow keeps the roster up to date until the queue is closed: it is received as it is
// published, and read now, after every reconnection, and every few seconds.
func (r *sweepRoster) follow() {
	if _, err := r.q.NATS().Subscribe(r.q.subjects.Every("state", "*"), natsconn.Announced(r.hear)); err != nil {
		r.q.log.Warn("listen for sweeps", "error", err)
	}
	r.q.Go(func() {
		for {
			r.read()
			select {
			case <-r.stale:
			case <-time.After(rereadEvery):
			case <-r.q.Lost():
				return
			}
		}
	})
}

// read reads the roster from its stream.
func (r *sweepRoster) read() {
	ctx, cancel := context.WithTimeout(context.Background(), rereadEvery)
	defer cancel()
	defer context.AfterFunc(r.q.Lifetime(), cancel)()
	err := r.checkStore(ctx)
	var m *jetstream.RawStreamMsg
	if err == nil {
		m, err = r.q.direct(ctx, r.q.state, r.q.subjects.Roster())
	}
	if err != nil {
		r.q.log.Debug("read which sweeps are offered", "error", err)
	} else if m != nil {
		r.decode(m.Subject, m.Data, m.Sequence)
	}
}

// checkStore finds out, after the connection was restored, whether the roster is in
// another store now, whose sequence numbers are not comparable with those before.
func (r *sweepRoster) checkStore(ctx context.Context) error {
	if !r.moved.Load() {
		return nil
	}
	r.moved.Store(false)
	err := r.q.Retry(ctx, func(ctx context.Context) error {
		info, err := r.q.state.Info(ctx)
		if err == nil {
			r.lies(info.Created, info.State.LastSeq)
		}
		return err
	})
	if err != nil {
		r.moved.Store(true)
	}
	return err
}

// hear takes a roster that a coordinator publishes.
func (r *sweepRoster) hear(msg *nats.Msg) {
	if msg.Subject != r.q.subjects.Roster() {
		r.q.log.Warn("a coordinator of another version offers tasks, which this worker cannot run: start both from the same program",
			"subject", msg.Subject, "mine", protocol.Version())
		return
	}
	r.decode(msg.Subject, msg.Data, 0)
	time.AfterFunc(readLag, r.reread)
}

// decode takes a roster that was read at a sequence, or received (0).
func (r *sweepRoster) decode(subject string, data []byte, seq uint64) {
	o, err := protocol.DecodeRoster(data)
	if err != nil {
		r.q.log.Error("what sweeps are offered cannot be read", "subject", subject, "error", err)
		return
	}
	if r.take(o.Sweeps, seq) {
		r.q.woken.Next()
	}
}
