package queue

import (
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// hear subscribes to a plain subject, and is sure that the server knows when it
// returns. stop lets handle see what has come, if there is a connection, and waits for
// a running call.
func (q *Queue) hear(what, subject string, handle nats.MsgHandler) (stop func(), err error) {
	sub, err := q.conn.Subscribe(subject, handle)
	if err != nil {
		return nil, fmt.Errorf("listen for %s: %w", what, err)
	}
	done := make(chan struct{})
	sub.SetClosedHandler(func(string) { close(done) })
	stop = func() {
		if q.conn.IsConnected() && sub.Drain() == nil {
			select {
			case <-done:
				return
			case <-time.After(tryTimeout):
			}
		}
		if sub.Unsubscribe() == nil {
			<-done
		}
	}
	if err := q.conn.FlushTimeout(tryTimeout); err != nil {
		stop()
		return nil, fmt.Errorf("listen for %s: %w: %w", what, ErrOutOfReach, err)
	}
	return stop, nil
}
