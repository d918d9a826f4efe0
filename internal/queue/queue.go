package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Options says which queue to open and how.
type Options struct {
	// Server is the embedded server to connect to; nil connects to URL.
	Server *Server
	// URL is a list of NATS servers, comma-separated: nats://host:4222.
	URL string
	// Connect has further options of the connection: credentials, TLS.
	Connect []nats.Option
	// Name is the connection's name, as NATS lists it.
	Name string
	// RootID is the root's id, which begins all names.
	RootID string
	// Create makes the streams that are missing: the coordinator's part. Without
	// it their absence is ErrNoQueue.
	Create bool
	// Replicas is how many servers keep each stream that is made; 0 is 1.
	Replicas int
	// AckWait is how long a task's worker may be silent before the task is delivered
	// again; 0 is 60 s. It takes effect where a sweep is opened.
	AckWait time.Duration
	// Log takes what is noticed but fails nothing; nil drops it.
	Log *slog.Logger
}

// Limits of the streams' consumers (the server's own defaults throttle silently).
const (
	defaultAckWait = 60 * time.Second
	maxAckPending  = 20_000
	maxWaiting     = 8_192
)

// minServer is the oldest server that knows atomic batches.
var minServer = [2]int{2, 12}

// Queue is a connection to the queue of one root. All methods are safe for
// concurrent use; those that take a context wait for NATS until it ends.
type Queue struct {
	scheme
	options Options
	log     *slog.Logger
	conn    *nats.Conn
	js      jetstream.JetStream
	closed  chan struct{} // when the connection is closed for good

	tasks, outcomes, attempts jetstream.Stream

	mu        sync.Mutex
	consumers map[string]jetstream.Consumer // by sweep: those found so far
	woken     chan struct{}                 // closed and replaced at every wake-up
	link      context.Context               // ends, and is replaced, when the connection breaks
	cut       context.CancelFunc            // of link
}

// Open connects to the queue of a root. The error wraps ErrOutOfReach, ErrOldServer
// or ErrNoQueue.
func Open(ctx context.Context, o Options) (*Queue, error) {
	if o.AckWait == 0 {
		o.AckWait = defaultAckWait
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	q := &Queue{
		scheme: scheme{root: o.RootID}, options: o, log: o.Log, closed: make(chan struct{}),
		consumers: map[string]jetstream.Consumer{}, woken: make(chan struct{}),
	}
	q.link, q.cut = context.WithCancel(context.Background())
	if err := q.connect(); err != nil {
		q.cut()
		return nil, err
	}
	if err := q.prepare(ctx); err != nil {
		q.Close()
		return nil, err
	}
	return q, nil
}

func (q *Queue) connect() error {
	options := append([]nats.Option{
		nats.Name(q.options.Name),
		nats.PingInterval(10 * time.Second),
		nats.MaxPingsOutstanding(2),
		nats.MaxReconnects(-1),
		nats.ClosedHandler(func(*nats.Conn) { close(q.closed) }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			q.linkBroken()
			if err != nil {
				q.log.Warn("connection to NATS lost", "error", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { q.log.Info("connected to NATS again"); q.wakeUp() }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { q.log.Warn("NATS", "error", err) }),
	}, q.options.Connect...)
	if q.options.Server != nil {
		options = append(options, nats.InProcessServer(q.options.Server))
	}
	conn, err := nats.Connect(q.options.URL, options...)
	if err != nil {
		return fmt.Errorf("connect to NATS: %w: %w", ErrOutOfReach, err)
	}
	q.conn = conn
	return nil
}

// prepare checks the server and finds or makes the streams.
func (q *Queue) prepare(ctx context.Context) (err error) {
	var major, minor int
	if _, err := fmt.Sscanf(q.conn.ConnectedServerVersion(), "%d.%d", &major, &minor); err != nil ||
		major < minServer[0] || major == minServer[0] && minor < minServer[1] {
		return fmt.Errorf("NATS server %q, at least %d.%d is needed: %w", q.conn.ConnectedServerVersion(), minServer[0], minServer[1], ErrOldServer)
	}
	if q.js, err = jetstream.New(q.conn); err != nil {
		return fmt.Errorf("open JetStream: %w", err)
	}
	for kind, stream := range map[string]*jetstream.Stream{"tasks": &q.tasks, "outcomes": &q.outcomes, "attempts": &q.attempts} {
		if *stream, err = q.stream(ctx, kind); err != nil {
			return err
		}
	}
	_, err = q.conn.Subscribe(q.wake(), func(*nats.Msg) { q.wakeUp() })
	if err != nil {
		return fmt.Errorf("listen for tasks: %w", err)
	}
	return nil
}

func (q *Queue) stream(ctx context.Context, kind string) (jetstream.Stream, error) {
	var stream jetstream.Stream
	var err error
	if q.options.Create {
		stream, err = q.js.CreateOrUpdateStream(ctx, q.streamConfig(kind))
	} else {
		stream, err = q.js.Stream(ctx, q.scheme.stream(kind))
	}
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		return nil, fmt.Errorf("find stream of %s: %w", kind, ErrNoQueue)
	case err != nil && passing(err):
		return nil, fmt.Errorf("open stream of %s: %w: %w", kind, ErrOutOfReach, err)
	case err != nil:
		return nil, fmt.Errorf("open stream of %s: %w", kind, stored(err))
	}
	return stream, nil
}

// Close ends the connection and waits for its callbacks. It may be called again.
func (q *Queue) Close() {
	q.conn.Close()
	<-q.closed
	q.mu.Lock()
	defer q.mu.Unlock()
	q.cut()
}

func (q *Queue) linkBroken() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.cut()
	q.link, q.cut = context.WithCancel(context.Background())
}

func (q *Queue) currentLink() context.Context {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.link
}

// wakeUp lets idle Next calls look at the sweeps now.
func (q *Queue) wakeUp() {
	q.mu.Lock()
	defer q.mu.Unlock()
	close(q.woken)
	q.woken = make(chan struct{})
}

func (q *Queue) nextWake() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.woken
}
