package queue

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
)

// Options say which queue to open, and how. With Role "" it is the coordinator's if Create is set, else a
// worker's. A client needs no streams and finds a queue in any state.
type Options struct {
	natsconn.Options
	// Create creates missing streams, which is the coordinator's part. Without it missing
	// streams are the error ErrNoQueue.
	Create bool
	// Replicas is how many servers keep each stream; 0 is 3 in a cluster of at least three
	// servers, else 1.
	Replicas int
	// AckWait is how long a task's worker may be silent before the task is delivered
	// again; 0 is 60 s. It takes effect where a sweep is opened.
	AckWait time.Duration
}

// Limits of the streams' consumers (the server's own defaults throttle silently).
const (
	defaultAckWait = 60 * time.Second
	maxAckPending  = 20_000
	maxWaiting     = 8_192
)

// openTimeout bounds how long Open waits for a server that answers but has no leader
// for the streams yet.
const openTimeout = 30 * time.Second

// Queue is a connection to the queue of one root. All methods are safe for
// concurrent use; those that take a context wait for NATS until it ends.
type Queue struct {
	*natsconn.Conn
	subjects protocol.Subjects
	options  Options
	log      *slog.Logger

	tasks, outcomes, attempts, state jetstream.Stream

	consumers  consumerCache
	fetcher    fetcher
	woken      *natsconn.Generation // until the sweeps are to be looked at
	watermarks watermarks           // of outcomes
	roster     sweepRoster
}

// Open connects to the queue of a root. The error wraps ErrUnreachable, ErrRefused,
// ErrPermission, ErrNoJetStream, ErrOldServer, ErrSite or ErrNoQueue.
func Open(ctx context.Context, o Options) (*Queue, error) {
	if o.AckWait == 0 {
		o.AckWait = defaultAckWait
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Role == "" {
		o.Role = protocol.Worker
		if o.Create {
			o.Role = protocol.Coordinator
		}
	}
	q := &Queue{
		subjects: protocol.SubjectsOf(o.RootID), options: o, log: o.Log,
		woken: natsconn.NewGeneration(),
	}
	q.fetcher.q, q.fetcher.strays = q, make(chan *nats.Msg)
	q.roster.q, q.roster.stale = q, make(chan struct{}, 1)
	o.Restored = q.reconnected
	conn, err := natsconn.Connect(ctx, o.Options)
	if err != nil {
		return nil, err
	}
	q.Conn = conn
	if o.Role == protocol.Client {
		return q, nil
	}
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	if err := q.WithPermissionCheck(ctx, q.prepare); err != nil {
		q.Close()
		return nil, err
	}
	return q, nil
}

// reconnected makes up for what was missed while the connection was broken.
func (q *Queue) reconnected() {
	q.consumers.clear()
	q.roster.moved.Store(true)
	q.roster.reread()
	q.woken.Next()
}

// prepare finds or makes the streams.
func (q *Queue) prepare(ctx context.Context) error {
	if err := q.CheckImports(ctx, q.asksForStreams(), q.streamAnswers); err != nil {
		return err
	}
	opener := streamOpener{q.Conn, q.subjects, q.options.Create, q.options.Replicas}
	for _, kind := range protocol.StreamKinds {
		stream, err := opener.open(ctx, kind)
		if err != nil {
			return err
		}
		switch kind {
		case "tasks":
			q.tasks = stream
		case "outcomes":
			q.outcomes = stream
		case "attempts":
			q.attempts = stream
		case "state":
			q.state = stream
			q.roster.lies(stream.CachedInfo().Created, stream.CachedInfo().State.LastSeq)
		}
	}
	if err := q.CheckImports(ctx, q.asksForWork(), q.streamAnswers); err != nil {
		return err
	}
	if _, err := q.NATS().Subscribe(q.subjects.Wake(), natsconn.Announced(func(*nats.Msg) { q.woken.Next() })); err != nil {
		return fmt.Errorf("listen for tasks: %w", err)
	}
	_ = q.NATS().FlushWithContext(ctx) // a right that is denied is told before this is answered
	return natsconn.PermissionError(q.NATS().LastError())
}

// AckWait is how long a task's worker may be silent before the task is delivered again.
func (q *Queue) AckWait() time.Duration { return q.options.AckWait }
