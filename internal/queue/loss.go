package queue

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"
)

// Lost is closed when no more answers can arrive: the queue's own server can't write its store,
// or the connection is closed for good. Everything that waits for NATS then ends with Err.
func (q *Queue) Lost() <-chan struct{} { return q.lost.Done() }

// Err is why the queue is lost; nil while it isn't. It wraps ErrStore or ErrOutOfReach.
func (q *Queue) Err() error { return context.Cause(q.lost) }

// closedForGood follows the end of the connection, after which nats.go makes no other.
func (q *Queue) closedForGood(conn *nats.Conn) {
	err := fmt.Errorf("%w: %w", ErrOutOfReach, nats.ErrConnectionClosed)
	if why := conn.LastError(); why != nil {
		err = fmt.Errorf("%w: %w", err, why)
	}
	q.lose(err)
	close(q.closed)
}

// watchServer ends what waits for the queue's own server when that breaks.
func (q *Queue) watchServer() {
	server := q.options.Server
	if server == nil {
		return
	}
	q.follow(func() {
		select {
		case <-server.Broken():
			q.lose(server.Err())
		case <-q.ended.Done():
		}
	})
}
