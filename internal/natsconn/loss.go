package natsconn

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"
)

// Lost is closed when no more answers can arrive: the queue's own server can't write its store,
// or the connection is closed for good. Everything that waits for NATS then ends with Err.
func (c *Conn) Lost() <-chan struct{} { return c.lost.Done() }

// Err is why the queue is lost; nil while it isn't. It wraps ErrStore or ErrOutOfReach.
func (c *Conn) Err() error { return context.Cause(c.lost) }

// closedForGood follows the end of the connection, after which nats.go makes no other.
func (c *Conn) closedForGood(conn *nats.Conn) {
	err := fmt.Errorf("%w: %w", ErrOutOfReach, nats.ErrConnectionClosed)
	if why := conn.LastError(); why != nil {
		err = fmt.Errorf("%w: %w", err, why)
	}
	c.Lose(err)
	close(c.closed)
}

// watchServer ends what waits for the queue's own server when that breaks.
func (c *Conn) watchServer() {
	server := c.options.Server
	if server == nil {
		return
	}
	c.Go(func() {
		select {
		case <-server.Broken():
			c.Lose(server.Err())
		case <-c.ended.Done():
		}
	})
}
