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

// PublishSweeps says which sweeps workers are offered, in place of those before.
// Workers that are connected learn it at once, others when they connect.
func (q *Queue) PublishSweeps(ctx context.Context, open []protocol.OpenSweep) error {
	data, err := protocol.Encode(&protocol.Offer{Sweeps: open})
	if err != nil {
		return fmt.Errorf("offer sweeps: %w", err)
	}
	err = q.Retry(ctx, func(ctx context.Context) error {
		_, err := q.JetStream().Publish(ctx, q.subjects.Offer(), data)
		return err
	})
	if err != nil {
		return fmt.Errorf("offer sweeps: %w", err)
	}
	q.announce()
	return nil
}

// Sweeps returns the sweeps that are offered now, for Next: higher priorities first,
// and among equals each in turn, so that they share the workers evenly. It never
// waits; it is empty until the offer was heard.
func (q *Queue) Sweeps() []string {
	q.offered.listen.Do(q.followOffer)
	return q.offered.turn()
}

// offerEvery is how often the offer is read again without a reason.
const offerEvery = 10 * time.Second

// followOffer keeps the offer fresh until the queue is closed: it is heard as it is
// published, and read now, after every reconnection, and every few seconds.
func (q *Queue) followOffer() {
	if _, err := q.NATS().Subscribe(q.subjects.Every("state", "*"), natsconn.Announced(q.hearOffer)); err != nil {
		q.log.Warn("listen for sweeps", "error", err)
	}
	q.Go(func() {
		for {
			q.readOffer()
			select {
			case <-q.offered.stale:
			case <-time.After(offerEvery):
			case <-q.Lost():
				return
			}
		}
	})
}

func (q *Queue) readOffer() {
	ctx, cancel := context.WithTimeout(context.Background(), offerEvery)
	defer cancel()
	defer context.AfterFunc(q.Lifetime(), cancel)()
	err := q.lookAtStore(ctx)
	var m *jetstream.RawStreamMsg
	if err == nil {
		m, err = q.direct(ctx, q.state, q.subjects.Offer())
	}
	if err != nil {
		q.log.Debug("read which sweeps are offered", "error", err)
	} else if m != nil {
		q.takeOffer(m.Subject, m.Data, m.Sequence)
	}
}

// lookAtStore finds out, after the connection was made anew, whether the offer lies in
// another store now, whose numbers say nothing of those before.
func (q *Queue) lookAtStore(ctx context.Context) error {
	if !q.offered.moved.Load() {
		return nil
	}
	q.offered.moved.Store(false)
	err := q.Retry(ctx, func(ctx context.Context) error {
		info, err := q.state.Info(ctx)
		if err == nil {
			q.offered.lies(info.Created, info.State.LastSeq)
		}
		return err
	})
	if err != nil {
		q.offered.moved.Store(true)
	}
	return err
}

func (q *Queue) hearOffer(msg *nats.Msg) {
	if msg.Subject != q.subjects.Offer() {
		q.log.Warn("a coordinator of another version offers tasks, which this worker cannot run: start both from the same program", "subject", msg.Subject, "mine", protocol.Version())
		return
	}
	q.takeOffer(msg.Subject, msg.Data, 0)
	time.AfterFunc(offerLag, q.offered.reread)
}

// takeOffer takes an offer that was read at a sequence, or heard (0).
func (q *Queue) takeOffer(subject string, data []byte, seq uint64) {
	o, err := protocol.DecodeOffer(data)
	if err != nil {
		q.log.Error("what sweeps are offered cannot be read", "subject", subject, "error", err)
		return
	}
	if q.offered.take(o.Sweeps, seq) {
		q.woken.Next()
	}
}
