package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// connectUntil is connect that gives up when ctx ends: it may take seconds for each address,
// and as long for a name. A connection that comes of it later is closed.
func (q *Queue) connectUntil(ctx context.Context) error {
	connected := make(chan error, 1)
	go func() { connected <- q.connect() }()
	select {
	case err := <-connected:
		return err
	case <-ctx.Done():
	}
	go func() {
		if <-connected == nil {
			q.conn.Close()
		}
	}()
	return fmt.Errorf("connect to NATS: %w: %w", ErrOutOfReach, ctx.Err())
}

// connect opens the connection, which from then on is restored whenever it breaks.
func (q *Queue) connect() (err error) {
	options := append(q.callbacks(), q.options.Connect...)
	switch {
	case q.options.Server != nil:
		options = append(options, nats.InProcessServer(q.options.Server))
		if key := q.options.Key; key.Public != "" {
			options = append(options, nats.Nkey(key.Public, key.Sign))
		}
		err = q.dial("", options)
	case q.options.Reach != nil:
		err = q.reach(options)
	case q.options.Site != nil:
		if q.options.Site.Context == "" { // which says so itself
			options = append(options, nats.CustomInboxPrefix(q.subjects.Inbox(q.options.Role)))
		}
		q.conn, q.js, err = q.options.Site.connect(options)
	default:
		err = q.dial(q.options.URL, options)
	}
	if errors.Is(err, nats.ErrAuthorization) {
		return fmt.Errorf("connect to NATS: %w: %w", ErrRefused, err)
	}
	if err != nil && !errors.Is(err, ErrSite) {
		return fmt.Errorf("connect to NATS: %w: %w", ErrOutOfReach, err)
	}
	return err
}

// syncQueue is how many messages wait for one who asked for them: an answer's parts, or a
// list's, at the most. More are lost. By default the room for them is half a megabyte, made
// anew for each task.
const syncQueue = 4096

func (q *Queue) callbacks() []nats.Option {
	return []nats.Option{
		nats.Name(q.options.Name),
		nats.PingInterval(10 * time.Second),
		nats.MaxPingsOutstanding(2),
		nats.MaxReconnects(-1),
		// A server that refuses the credential may take it again: its accounts aren't loaded
		// yet, or the key is being replaced.
		nats.IgnoreAuthErrorAbort(),
		nats.SyncQueueLen(syncQueue),
		nats.ClosedHandler(q.closedForGood),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			q.link.next()
			q.answers.connected(time.Now(), false)
			if err != nil {
				q.log.Warn("connection to NATS lost", "error", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { q.log.Info("connected to NATS again"); q.reconnected() }),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { q.log.Debug("connect to NATS again", "error", err) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			q.log.Log(context.Background(), q.levelOf(err), "NATS", "error", err)
			if errors.Is(err, nats.ErrPermissionViolation) {
				q.rights.next()
			}
		}),
	}
}

// levelOf is the level of an error of the connection in the log. That the credential is
// refused is reported once, not at each try until it is accepted again.
func (q *Queue) levelOf(err error) slog.Level {
	if errors.Is(err, nats.ErrAuthorization) && q.refused.Swap(true) {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

func (q *Queue) dial(url string, options []nats.Option) (err error) {
	options = append(options, nats.CustomInboxPrefix(q.subjects.Inbox(q.options.Role)))
	if q.conn, err = nats.Connect(url, options...); err != nil {
		return err
	}
	q.js, err = jetstream.New(q.conn)
	return err
}

// reach connects to a coordinator's own server, wherever it is at the time.
func (q *Queue) reach(options []nats.Option) error {
	d := &dialer{reach: q.options.Reach}
	own, err := d.options()
	if err != nil {
		return err
	}
	if err := q.dial("", append(options, own...)); err != nil {
		return err
	}
	d.connected(q.conn)
	return nil
}

// reconnected makes up for what was missed.
func (q *Queue) reconnected() {
	q.refused.Store(false)
	q.answers.connected(time.Now(), true)
	q.forgetAll()
	q.offered.moved.Store(true)
	q.offered.reread()
	q.woken.next()
}

// Connections is how often the connection was made: at another number than before the
// queue's store may be another.
func (q *Queue) Connections() uint64 { return q.conn.Stats().Reconnects + 1 }
