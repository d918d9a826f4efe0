package queue

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// announced wraps the handler of what the coordinator announces to a whole role. NATS
// delivers answers wherever the reply of a request points, so whoever shares the account
// can have one delivered here. But an answer has the subject of what it is about, or a
// header, or it is the server's own words, which no handler understands.
func announced(handle nats.MsgHandler) nats.MsgHandler {
	return func(msg *nats.Msg) {
		if len(msg.Header) == 0 && matches(msg.Subject, msg.Sub.Subject) {
			handle(msg)
		}
	}
}

// matches reports whether a subject is one of a subscription's, which may have stars.
func matches(subject, pattern string) bool {
	parts, patterns := strings.Split(subject, "."), strings.Split(pattern, ".")
	return slices.EqualFunc(parts, patterns, func(part, pattern string) bool { return pattern == "*" || part == pattern })
}

// hear subscribes to a plain subject, and is sure that the server knows when it
// returns. stop lets handle see what has come, if there is a connection, and waits for
// a running call.
func (c *Conn) hear(what, subject string, handle nats.MsgHandler) (stop func(), err error) {
	sub, err := c.conn.Subscribe(subject, handle)
	if err != nil {
		return nil, fmt.Errorf("listen for %s: %w", what, err)
	}
	done := make(chan struct{})
	sub.SetClosedHandler(func(string) { close(done) })
	stop = func() {
		if c.conn.IsConnected() && sub.Drain() == nil {
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
	if err := c.conn.FlushTimeout(tryTimeout); err != nil {
		stop()
		return nil, fmt.Errorf("listen for %s: %w: %w", what, ErrOutOfReach, err)
	}
	return stop, nil
}
