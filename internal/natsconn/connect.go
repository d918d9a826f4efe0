package natsconn

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// connectUntil is connect until ctx ends: connect may take seconds for each address and each name. A connection
// that is made after ctx ended is closed.
func (c *Conn) connectUntil(ctx context.Context) error {
	connected := make(chan error, 1)
	go func() { connected <- c.connect() }()
	select {
	case err := <-connected:
		return err
	case <-ctx.Done():
	}
	go func() {
		if <-connected == nil {
			c.conn.Close()
		}
	}()
	return fmt.Errorf("connect to NATS: %w: %w", ErrUnreachable, ctx.Err())
}

// connect opens the connection, which from then on is restored whenever it breaks.
func (c *Conn) connect() (err error) {
	options := append(c.callbacks(), c.options.Connect...)
	switch {
	case c.options.Server != nil:
		options = append(options, nats.InProcessServer(c.options.Server))
		if key := c.options.Key; key.Public != "" {
			options = append(options, nats.Nkey(key.Public, key.Sign))
		}
		err = c.dial("", options)
	case c.options.Reach != nil:
		err = c.reach(options)
	case c.options.Site != nil:
		if c.options.Site.Context == "" { // which has its own
			options = append(options, nats.CustomInboxPrefix(c.inbox))
		}
		c.conn, c.js, err = c.options.Site.connect(options)
	default:
		err = c.dial(c.options.URL, options)
	}
	if errors.Is(err, nats.ErrAuthorization) {
		return fmt.Errorf("connect to NATS: %w: %w", ErrRefused, err)
	}
	if err != nil && !errors.Is(err, ErrSite) {
		return fmt.Errorf("connect to NATS: %w: %w", ErrUnreachable, err)
	}
	return err
}

// SyncQueue is how many messages, such as the parts of an answer, wait for the caller that requested them. More are
// lost. By default the room for them is half a megabyte, made
// anew for each task.
const SyncQueue = 4096

func (c *Conn) callbacks() []nats.Option {
	return []nats.Option{
		nats.Name(c.options.Name),
		nats.PingInterval(10 * time.Second),
		nats.MaxPingsOutstanding(2),
		nats.MaxReconnects(-1),
		// A server that refuses the credential may take it again: its accounts aren't loaded
		// yet, or the key is being replaced.
		nats.IgnoreAuthErrorAbort(),
		nats.SyncQueueLen(SyncQueue),
		nats.ClosedHandler(c.closedForGood),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			c.connection.Next()
			c.latency.connected(time.Now(), false)
			if err != nil {
				c.log.Warn("connection to NATS lost", "error", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { c.log.Info("connected to NATS again"); c.reconnected() }),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { c.log.Debug("connect to NATS again", "error", err) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			c.log.Log(context.Background(), c.levelOf(err), "NATS", "error", err)
			switch {
			case errors.Is(err, nats.ErrPermissionViolation):
				c.denials.Next()
			case errors.Is(err, nats.ErrSlowConsumer):
				c.overrun.Add(1)
			}
		}),
	}
}

// levelOf returns the log level of an error of the connection. That the credential is refused is reported
// once, not at each attempt until it is accepted again.
func (c *Conn) levelOf(err error) slog.Level {
	if errors.Is(err, nats.ErrAuthorization) && c.refused.Swap(true) {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

func (c *Conn) dial(url string, options []nats.Option) (err error) {
	options = append(options, nats.CustomInboxPrefix(c.inbox))
	if c.conn, err = nats.Connect(url, options...); err != nil {
		return err
	}
	c.js, err = jetstream.New(c.conn)
	return err
}

// reach connects to a coordinator's server, wherever it is at the moment.
func (c *Conn) reach(options []nats.Option) error {
	d := &dialer{reach: c.options.Reach}
	own, err := d.options()
	if err != nil {
		return err
	}
	if err := c.dial("", append(options, own...)); err != nil {
		return err
	}
	d.connected(c.conn)
	return nil
}

func (c *Conn) reconnected() {
	c.refused.Store(false)
	c.latency.connected(time.Now(), true)
}

// Connections returns how often the connection was made. When the number has changed, the server may have
// another store.
func (c *Conn) Connections() uint64 { return c.conn.Stats().Reconnects + 1 }

// Gaps is how often messages to this connection may have been lost: it was made anew, or a subscription
// had more to handle than it has room for.
func (c *Conn) Gaps() uint64 { return c.Connections() + c.overrun.Load() }
