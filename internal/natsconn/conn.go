package natsconn

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/protocol"
)

// Options say which server to connect to, and how.
type Options struct {
	// Server is the embedded server of this process to connect to, with Key if it has users.
	Server EmbeddedServer
	Key    Key
	// Reach, if there is no Server, finds the server of a coordinator. It is called again
	// whenever the connection is restored (access.Options has one).
	Reach func() (Access, error)
	// Site, if there is neither, is a NATS server that others run.
	Site *Site
	// URL, if there is none of these, names servers without TLS, comma-separated.
	URL string
	// Connect has further options of the connection.
	Connect []nats.Option
	// Role is what the connection is for.
	Role protocol.Role
	// Name is the name of the connection, as NATS lists it.
	Name string
	// RootID is the id of the root, which is part of the subjects of answers.
	RootID string
	// Log receives problems that fail no call; nil drops them.
	Log *slog.Logger
	// ServiceTimeout is how long a service may have no responder, although the streams answer,
	// before it counts as not imported; 0 is 5 s.
	ServiceTimeout time.Duration
}

// EmbeddedServer is a NATS server in this process.
type EmbeddedServer interface {
	nats.InProcessConnProvider
	// Broken is closed when the server cannot write its store any more.
	Broken() <-chan struct{}
	// Err is why the server is broken; nil while it is not.
	Err() error
}

// Conn is a connection to NATS, which is restored whenever it breaks. All methods are safe for
// concurrent use; those that take a context wait for NATS until it ends.
type Conn struct {
	options    Options
	log        *slog.Logger
	inbox      string // prefix of the subjects of answers
	conn       *nats.Conn
	js         jetstream.JetStream
	closed     chan struct{} // when the connection is closed for good
	refused    atomic.Bool   // the server has refused the credential since the connection broke
	overrun    atomic.Uint64 // how often a subscription had no room for more messages
	lost       context.Context
	lose       context.CancelCauseFunc
	connection *Generation // until the connection breaks
	denials    *Generation // until the server denies one
	full       backlog     // what waits for room in the account, but for
	unkept     backlog     // outcomes and attempts
	latency    latencyWatch

	mu        sync.Mutex
	ended     context.Context // ends when the connection is closed by Close
	end       context.CancelFunc
	followers sync.WaitGroup // goroutines of Go
}

// Connect connects to NATS. The error wraps ErrUnreachable, ErrRefused, ErrPermission, ErrOldServer or ErrSite.
func Connect(ctx context.Context, o Options) (*Conn, error) {
	if o.ServiceTimeout == 0 {
		o.ServiceTimeout = serviceTimeout
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c := &Conn{
		options: o, log: o.Log, inbox: protocol.SubjectsOf(o.RootID).Inbox(o.Role),
		closed: make(chan struct{}), connection: NewGeneration(), denials: NewGeneration(),
	}
	c.ended, c.end = context.WithCancel(context.Background())
	c.lost, c.lose = context.WithCancelCause(context.Background())
	c.watchServer()
	if err := c.connectUntil(ctx); err != nil {
		c.end()
		c.followers.Wait()
		return nil, err
	}
	err := c.checkServer()
	if err == nil && o.Role == protocol.Client {
		err = c.checkInbox()
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// NATS returns the connection itself.
func (c *Conn) NATS() *nats.Conn { return c.conn }

// JetStream returns JetStream on this connection, with the domain or prefix of the site.
func (c *Conn) JetStream() jetstream.JetStream { return c.js }

// minServer is the oldest server that knows atomic batches.
var minServer = [2]int{2, 12}

func (c *Conn) checkServer() error {
	var major, minor int
	version := c.conn.ConnectedServerVersion()
	_, err := fmt.Sscanf(version, "%d.%d", &major, &minor)
	if err != nil || major < minServer[0] || major == minServer[0] && minor < minServer[1] {
		return fmt.Errorf("NATS server %q, at least %d.%d is needed: %w", version, minServer[0], minServer[1], ErrOldServer)
	}
	return nil
}

// checkInbox refuses an inbox of a client's own that no coordinator would answer to.
func (c *Conn) checkInbox() error {
	if inbox := c.conn.NewInbox(); !protocol.SubjectsOf(c.options.RootID).Answerable(inbox) {
		return fmt.Errorf("the inbox_prefix of the NATS context makes inboxes like %s, which a coordinator "+
			"doesn't answer: begin it with %s: %w",
			inbox, protocol.InboxToken, ErrSite)
	}
	return nil
}

// Flush returns nil once everything has arrived that the server had for this connection when Flush
// was called. The error wraps ErrUnreachable: there is no connection, or ctx ended.
func (c *Conn) Flush(ctx context.Context) error {
	if err := c.conn.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("wait for NATS: %w: %w", ErrUnreachable, err)
	}
	return nil
}

// Close ends the connection and waits for its callbacks. It may be called again.
func (c *Conn) Close() {
	c.conn.Close()
	<-c.closed
	c.connection.last()
	c.mu.Lock()
	c.end()
	c.mu.Unlock()
	c.followers.Wait()
}

// Go runs f in a goroutine for which Close waits, and reports whether it does: not after Close.
func (c *Conn) Go(f func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended.Err() != nil {
		return false
	}
	c.followers.Go(f)
	return true
}

// Lifetime returns a context that ends with Close.
func (c *Conn) Lifetime() context.Context { return c.ended }

// Unbroken returns a context that ends when the connection breaks the next time.
func (c *Conn) Unbroken() context.Context { return c.connection.Current() }

// WaitForConnection waits until there is a connection, and reports whether there is: not if ctx ends, or
// the connection is closed, before.
func (c *Conn) WaitForConnection(ctx context.Context) bool {
	if c.conn.IsConnected() {
		return true
	}
	status := c.conn.StatusChanged(nats.CONNECTED)
	defer c.conn.RemoveStatusListener(status)
	if c.conn.IsConnected() {
		return true
	}
	select {
	case <-status:
		return true
	case <-ctx.Done():
	case <-c.ended.Done():
	}
	return false
}

// API returns a subject of JetStream's API, with the domain or prefix of the site.
func (c *Conn) API(subject string) string {
	o := c.js.Options()
	switch {
	case o.Domain != "":
		return "$JS." + o.Domain + ".API." + subject
	case o.APIPrefix != "":
		return strings.TrimSuffix(o.APIPrefix, ".") + "." + subject
	}
	return jetstream.DefaultAPIPrefix + subject
}
