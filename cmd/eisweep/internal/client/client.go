package client

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/access"
	"eisweep/internal/control"
	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/root"
)

// Client is a connection to the coordinator of a root.
type Client struct {
	Root  *root.Root
	Queue *queue.Queue
	Pong  control.Pong // of the coordinator that answered first

	pingTimeout time.Duration                    // for the answer to a ping, and between two pings
	notef       func(format string, args ...any) // prints a note about delays; nil: prints nothing
}

// How long a command waits for NATS, and for the coordinator to answer a ping. A coordinator that is busy answers pings too.
const (
	ConnectTimeout = 5 * time.Second
	AnswerTimeout  = 5 * time.Second
)

// Open connects to the root's coordinator, and prints a note when that takes more than a second. The error is an *AbsentError when none
// answers.
func Open(ctx context.Context, e *cli.Env, r *root.Root, c *Connection) (*Client, error) {
	stop := noteSilence(e, r)
	defer stop()
	out, err := OpenQuietly(ctx, e, r, c)
	if err == nil {
		out.notef = e.Notef
	}
	return out, err
}

// OpenQuietly is Open without notes, for completions and for callers that retry.
func OpenQuietly(ctx context.Context, e *cli.Env, r *root.Root, c *Connection) (*Client, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	e.NATSFlags = c.CommandLine()
	if err := c.CheckDirectory(ctx, e, r, protocol.Client); err != nil {
		return nil, cli.OrInterrupted(ctx, err)
	}
	if !c.External() {
		if h, held, err := r.Holder(); err == nil && held && !IsCoordinator(h) {
			return nil, newAbsent(e, r, c, queue.ErrNoCoordinator) // an earlier coordinator's host may be down: asking it takes long
		}
	}
	open, cancel := context.WithTimeout(ctx, ConnectTimeout)
	defer cancel()
	q, err := c.Open(open, r, protocol.Client, nil)
	if err != nil {
		return nil, absentOr(ctx, e, r, c, err)
	}
	out := &Client{Root: r, Queue: q, pingTimeout: AnswerTimeout}
	if out.Pong, err = out.ping(ctx); err != nil {
		q.Close()
		return nil, absentOr(ctx, e, r, c, err)
	}
	return out, nil
}

// Connect opens the root at path and connects to its coordinator, for a command that can do nothing without one.
func Connect(ctx context.Context, e *cli.Env, path string, c *Connection) (*Client, error) {
	r, err := root.OpenExisting(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &AbsentError{Path: path, Flags: e.RootFlag + c.CommandLine()}
	}
	if err != nil {
		return nil, err
	}
	out, err := Open(ctx, e, r, c)
	if err == nil {
		out.WarnIfCopy(e)
	}
	return out, err
}

// absentOr returns an *AbsentError in place of an error which says that nobody answers.
func absentOr(ctx context.Context, e *cli.Env, r *root.Root, c *Connection, err error) error {
	switch {
	case ctx.Err() != nil:
		return cli.OrInterrupted(ctx, err)
	case errors.Is(err, access.ErrNoAccess), errors.Is(err, queue.ErrNoCoordinator), errors.Is(err, natsconn.ErrUnreachable),
		errors.Is(err, queue.ErrNoQueue), errors.Is(err, context.DeadlineExceeded):
		return newAbsent(e, r, c, err)
	}
	return err
}

// silenceNotice is how long a command waits for a first answer before it says so.
const silenceNotice = time.Second

// noteSilence prints a note that the coordinator has not answered yet, unless stop is called within silenceNotice.
func noteSilence(e *cli.Env, r *root.Root) (stop func()) {
	said := make(chan struct{})
	timer := time.AfterFunc(silenceNotice, func() {
		defer close(said)
		if holder, held, err := r.Holder(); err == nil && held && IsCoordinator(holder) {
			e.Notef("the coordinator (process %d on %s) does not answer yet; waiting for it", holder.PID, holder.Host)
			return
		}
		e.Notef("no coordinator has answered yet; waiting for one")
	})
	return func() {
		if !timer.Stop() {
			<-said
		}
	}
}

// WarnIfCopy warns that the coordinator works on another directory than the one that was named, which is a copy of it.
func (c *Client) WarnIfCopy(e *cli.Env) {
	if c.isCopy() {
		e.Notef("nobody holds the lock of %s, though a coordinator answers for it: is this a copy (cp -a, rsync, a snapshot) of that "+
			"coordinator's root? The command takes effect there; for a copy to be a root of its own, remove its .eisweep", c.Root.Path())
	}
}

// isCopy reports whether the client's root has the identity of the coordinator's root but is another directory: that coordinator
// does not hold its lock. On another machine, that is certain only if the lock names another process.
func (c *Client) isCopy() bool {
	signed, held, err := c.Root.LookAtLock()
	if err != nil || held {
		return false
	}
	host, err := os.Hostname()
	return err == nil && (signed.Host != c.Pong.Host || signed.PID != c.Pong.PID || signed.Host == host)
}

// Close closes the connection.
func (c *Client) Close() { c.Queue.Close() }
