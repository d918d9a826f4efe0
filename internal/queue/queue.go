package queue

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/protocol"
)

// Options says which queue to open and how.
type Options struct {
	// Server is the embedded server of this process to connect to; Key proves who one is
	// if it has users.
	Server EmbeddedServer
	Key    Key
	// Reach, if there is no Server, finds a coordinator's own server, and is asked anew
	// whenever the connection has to be made again (access.Options has one).
	Reach func() (Access, error)
	// Site, if there is neither, is a NATS that others run.
	Site *Site
	// URL, if there is nothing of all that, is of servers without TLS, comma-separated.
	URL string
	// Connect has further options of the connection.
	Connect []nats.Option
	// Role is what the connection is for; "" is Coordinator with Create, else Worker.
	// A Client needs no streams and finds a queue of any state.
	Role protocol.Role
	// Name is the connection's name, as NATS lists it.
	Name string
	// RootID is the root's id, which begins all names.
	RootID string
	// Create makes the streams that are missing: the coordinator's part. Without
	// it their absence is ErrNoQueue.
	Create bool
	// Replicas is how many servers keep each stream; 0 is 3 in a cluster that has as
	// many, else 1.
	Replicas int
	// AckWait is how long a task's worker may be silent before the task is delivered
	// again; 0 is 60 s. It takes effect where a sweep is opened.
	AckWait time.Duration
	// LeaseTime is how long a coordinator may be silent before it loses its Lease; 0 is
	// 30 s.
	LeaseTime time.Duration
	// Log takes what is noticed but fails nothing; nil drops it.
	Log *slog.Logger
}

// EmbeddedServer is a NATS server in this process.
type EmbeddedServer interface {
	nats.InProcessConnProvider
	// Broken is closed when the server cannot write its store any more.
	Broken() <-chan struct{}
	// Err is why the server is broken; nil while it is not.
	Err() error
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

// minServer is the oldest server that knows atomic batches.
var minServer = [2]int{2, 12}

// Queue is a connection to the queue of one root. All methods are safe for
// concurrent use; those that take a context wait for NATS until it ends.
type Queue struct {
	subjects protocol.Subjects
	options  Options
	log      *slog.Logger
	conn     *nats.Conn
	js       jetstream.JetStream
	closed   chan struct{} // when the connection is closed for good
	refused  atomic.Bool   // the server has refused the credential since the connection broke
	lost     context.Context
	lose     context.CancelCauseFunc

	tasks, outcomes, attempts, state jetstream.Stream

	mu        sync.Mutex
	consumers map[string]jetstream.Consumer // by sweep: those found so far
	woken     *episode                      // until the sweeps are to be looked at
	strays    chan *nats.Msg                // tasks that came late, for a Next that waits
	link      *episode                      // until the connection breaks
	rights    *episode                      // until the server denies one

	ungiven   streak // of tasks that nobody gave
	full      crowd  // what waits for room in the account, but for
	unkept    crowd  // outcomes and attempts
	floors    floors // of outcomes
	offered   offered
	answers   answers
	ended     context.Context // ends when the queue is closed
	end       context.CancelFunc
	followers sync.WaitGroup // what goes on beside the calls
}

// Open connects to the queue of a root. The error wraps ErrOutOfReach, ErrRefused,
// ErrRights, ErrNoStreams, ErrOldServer, ErrSite or ErrNoQueue.
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
		subjects: protocol.SubjectsOf(o.RootID), options: o, log: o.Log, closed: make(chan struct{}),
		consumers: map[string]jetstream.Consumer{}, woken: newEpisode(), link: newEpisode(), rights: newEpisode(), strays: make(chan *nats.Msg),
	}
	q.offered.stale = make(chan struct{}, 1)
	q.ended, q.end = context.WithCancel(context.Background())
	q.lost, q.lose = context.WithCancelCause(context.Background())
	q.watchServer()
	if err := q.connectUntil(ctx); err != nil {
		q.end()
		q.followers.Wait()
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	if err := q.rightly(ctx, q.prepare); err != nil {
		q.Close()
		return nil, err
	}
	return q, nil
}

// prepare checks the server and finds or makes the streams.
func (q *Queue) prepare(ctx context.Context) error {
	if err := q.checkServer(); err != nil {
		return err
	}
	if q.options.Role == protocol.Client {
		return q.checkInbox()
	}
	if err := q.checkImports(ctx, q.asksForStreams()); err != nil {
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
			q.attempts = stream
		case "state":
			q.state = stream
			q.offered.lies(stream.CachedInfo().Created, stream.CachedInfo().State.LastSeq)
		}
	}
	if err := q.checkImports(ctx, q.asksForWork()); err != nil {
		return err
	}
	if _, err := q.conn.Subscribe(q.subjects.Wake(), announced(func(*nats.Msg) { q.woken.next() })); err != nil {
		return fmt.Errorf("listen for tasks: %w", err)
	}
	_ = q.conn.FlushWithContext(ctx) // a right that is denied is told before this is answered
	return lacking(q.conn.LastError())
}

// AckWait is how long a task's worker may be silent before the task is delivered again.
func (q *Queue) AckWait() time.Duration { return q.options.AckWait }

// Hears returns nil once everything has come that the server had for this connection when Hears
// was called. The error is that it has no connection, or that ctx ended.
func (q *Queue) Hears(ctx context.Context) error {
	if err := q.conn.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("hear from NATS: %w: %w", ErrOutOfReach, err)
	}
	return nil
}

func (q *Queue) checkServer() error {
	var major, minor int
	version := q.conn.ConnectedServerVersion()
	_, err := fmt.Sscanf(version, "%d.%d", &major, &minor)
	if err != nil || major < minServer[0] || major == minServer[0] && minor < minServer[1] {
		return fmt.Errorf("NATS server %q, at least %d.%d is needed: %w", version, minServer[0], minServer[1], ErrOldServer)
	}
	return nil
}

// Close ends the connection and waits for its callbacks. It may be called again.
func (q *Queue) Close() {
	q.conn.Close()
	<-q.closed
	q.link.last()
	q.mu.Lock()
	q.end()
	q.mu.Unlock()
	q.followers.Wait()
}

// follow runs f beside the calls, unless the queue is closed, and reports whether it
// does.
func (q *Queue) follow(f func()) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended.Err() != nil {
		return false
	}
	q.followers.Go(f)
	return true
}
