package queue

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
)

// ErrOutdated is wrapped when the register's last event of a run is not the expected one.
var ErrOutdated = errors.New("the register has another event of this run")

// Register is the root's register of attempts. It says who executes which run: the last event of a run counts. Its
// methods are safe for concurrent use; they wait for NATS until their context ends.
type Register struct {
	conn     *natsconn.Conn
	subjects protocol.Subjects
	log      *slog.Logger
	stream   jetstream.Stream
}

// Entry is the last event of a run in the register.
type Entry struct {
	protocol.AttemptEvent
	Sequence uint64 // grows with each event of a run
}

// Watch calls handle, from one goroutine, with the last event of every run and then with each new event. It
// returns once handle has had the events that existed. An event that is quickly followed by another of the same
// run may be left out. An event that cannot be read is dropped.
func (r *Register) Watch(ctx context.Context, handle func(Entry)) (stop func(), err error) {
	var consumer jetstream.Consumer
	err = r.conn.Retry(ctx, func(ctx context.Context) (err error) {
		consumer, err = r.stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
			FilterSubjects: []string{r.subjects.All("attempts")},
			DeliverPolicy:  jetstream.DeliverLastPerSubjectPolicy,
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open register: %w", err)
	}
	loaded := make(chan struct{})
	done := sync.OnceFunc(func() { close(loaded) })
	if consumer.CachedInfo().NumPending == 0 {
		done()
	}
	run, err := consumer.Consume(func(msg jetstream.Msg) {
		if meta, err := msg.Metadata(); err != nil || meta.NumPending == 0 {
			defer done()
		}
		e, err := r.subjects.DecodeAttempt(msg.Subject(), msg.Data())
		meta, wrong := msg.Metadata()
		if err = errors.Join(err, wrong); err != nil {
			r.log.Error("an entry of the register cannot be read", "subject", msg.Subject(), "error", err)
			return
		}
		handle(Entry{*e, meta.Sequence.Stream})
	}, reported(r.log, "the register"))
	if err != nil {
		return nil, fmt.Errorf("read register: %w", err)
	}
	select {
	case <-loaded:
	case <-r.conn.Lost():
		err = r.conn.Err()
	case <-ctx.Done():
		err = fmt.Errorf("%w: %w", natsconn.ErrUnreachable, ctx.Err())
	}
	if err != nil {
		stopper(run)()
		return nil, fmt.Errorf("read register: %w", err)
	}
	return stopper(run), nil
}

// Note appends an event to the register if the run's last event is the one with sequence after; 0 means none.
// It returns the event's own sequence. The error wraps ErrOutdated when another event is the last.
func (r *Register) Note(ctx context.Context, e protocol.AttemptEvent, after uint64) (uint64, error) {
	e.Normalize()
	data, err := protocol.Encode(&e)
	if err != nil {
		return 0, fmt.Errorf("note %s of task %s: %w", e.Event, e.ID, err)
	}
	msg := nats.NewMsg(r.subjects.Attempts(e.ID, e.Run))
	msg.Data = data
	var seq uint64
	err = r.conn.RetryKept(ctx, func(ctx context.Context) error {
		ack, err := r.conn.JetStream().PublishMsg(ctx, msg, jetstream.WithExpectLastSequencePerSubject(after))
		switch {
		case err == nil:
			seq = ack.Sequence
		case natsconn.Outdated(err):
			seq, err = r.noted(ctx, msg, err)
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("note %s of task %s: %w", e.Event, e.ID, err)
	}
	return seq, nil
}

// noted distinguishes an event that was refused because another is the last from one that an earlier try, whose
// answer was lost, has stored. A server of a cluster may not know yet why the leader refused it, which is a
// transient error.
func (r *Register) noted(ctx context.Context, msg *nats.Msg, refused error) (uint64, error) {
	var seq uint64
	there, err := r.stream.GetLastMsgForSubject(ctx, msg.Subject)
	switch {
	case err == nil && bytes.Equal(there.Data, msg.Data):
		return there.Sequence, nil
	case err == nil:
		seq = there.Sequence
	case !errors.Is(err, jetstream.ErrMsgNotFound):
		return 0, err
	}
	if last, ok := natsconn.LastSequence(refused); !ok || seq < last {
		return 0, nats.ErrTimeout
	}
	return 0, fmt.Errorf("%w: %w", ErrOutdated, refused)
}

// Last returns the register's last event of a run, or nil if there is none. In a cluster it may lag behind for
// a moment.
func (r *Register) Last(ctx context.Context, a protocol.Attempt) (*Entry, error) {
	subject := r.subjects.Attempts(a.ID, a.Run)
	m, err := direct(ctx, r.conn, r.stream, subject)
	if err != nil {
		return nil, fmt.Errorf("look up task %s in the register: %w", a.ID, err)
	}
	if m == nil {
		return nil, nil
	}
	e, err := r.subjects.DecodeAttempt(subject, m.Data)
	if err != nil {
		return nil, fmt.Errorf("look up task %s in the register: %w", a.ID, err)
	}
	return &Entry{*e, m.Sequence}, nil
}

// Purge forgets all events of all runs.
func (r *Register) Purge(ctx context.Context) error {
	if err := purge(ctx, r.conn, r.stream); err != nil {
		return fmt.Errorf("purge register: %w", err)
	}
	return nil
}
