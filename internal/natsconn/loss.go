package natsconn

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"
)

// Lost is closed when no more answers can arrive: the embedded server can't write its store,
// or the connection is closed for good. Everything that waits for NATS then ends with Err.
func (c *Conn) Lost() <-chan struct{} { return c.lost.Done() }

// Err is why the connection is lost; nil while it isn't. It wraps ErrStore or ErrUnreachable.
func (c *Conn) Err() error { return context.Cause(c.lost) }

// Lose ends everything that waits for NATS, with err: it will not answer any more.
func (c *Conn) Lose(err error) { c.lose(err) }

// closedForGood is called when nats.go has closed the connection and does not restore it.
func (c *Conn) closedForGood(conn *nats.Conn) {
	err := fmt.Errorf("%w: %w", ErrUnreachable, nats.ErrConnectionClosed)
	if why := conn.LastError(); why != nil {
		err = fmt.Errorf("%w: %w", err, why)
	}
	c.lose(err)
	close(c.closed)
}

// watchServer ends everything that waits for the embedded server when that breaks.
func (c *Conn) watchServer() {
	server := c.options.Server
	if server == nil {
		return
	}
	c.Go(func() {
		select {
		case <-server.Broken():
			c.lose(server.Err())
		case <-c.ended.Done():
		}
	})
}
