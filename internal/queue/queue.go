package queue

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
)

// Options say which queue to open, and how. With Role "" it is the coordinator's if Create is set, else a
// worker's. A client needs no streams and finds a queue in any state.
type Options struct {
	natsconn.Options
	// Create makes the streams that are missing: the coordinator's part. Without
	// it their absence is ErrNoQueue.
	Create bool
	// Replicas is how many servers keep each stream; 0 is 3 in a cluster that has as
	// many, else 1.
	Replicas int
	// AckWait is how long a worker may take from fetching an order to claiming it before the order is delivered
	// again; 0 is 30 s. It takes effect where the streams are made.
	AckWait time.Duration
	// LeaseTime is how long a coordinator may be silent before it loses its Lease; 0 is
	// 30 s.
	LeaseTime time.Duration
}

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

	// Register says who executes which run. A client has none.
	Register *Register

	tasks, outcomes jetstream.Stream

	intake *intake
	echoes chan string // of the coordinator's messages to itself
	isNew  atomic.Bool // the streams were made by this connection
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
		subjects: protocol.SubjectsOf(o.RootID), options: o, log: o.Log, echoes: make(chan string, 1),
	}
	q.intake = newIntake(q)
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

// prepare finds or makes the streams.
func (q *Queue) prepare(ctx context.Context) error {
	if err := q.CheckImports(ctx, q.streamRequests(), q.probeStream); err != nil {
		return err
	}
	for _, kind := range protocol.StreamKinds {
		stream, err := q.openStream(ctx, kind)
		if err != nil {
			return err
		}
		switch kind {
		case "tasks":
			q.tasks = stream
		case "outcomes":
			q.outcomes = stream
		case "attempts":
			q.Register = &Register{conn: q.Conn, subjects: q.subjects, log: q.log, stream: stream}
		}
	}
	if err := q.CheckImports(ctx, q.workRequests(), q.probeStream); err != nil {
		return err
	}
	if q.options.Create {
		if err := q.openTasks(ctx); err != nil {
			return err
		}
	}
	_ = q.NATS().FlushWithContext(ctx) // the server reports a denied permission before it answers this
	return natsconn.PermissionError(q.NATS().LastError())
}

// IsNew reports whether this connection made the streams. Then nothing is known of attempts that run.
func (q *Queue) IsNew() bool { return q.isNew.Load() }
