package natsconn

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// Announced wraps the handler of what the coordinator announces to a whole role, so that it gets nothing
// else. NATS delivers an answer wherever the reply subject of a request points, so whoever shares the
// account can have one delivered here. But such an answer has the subject of the message that it carries,
// or a header, or is the server's own text, which no handler understands.
func Announced(handle nats.MsgHandler) nats.MsgHandler {
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

// Subscribe subscribes to a plain subject. When it returns the server knows the subscription. stop
// lets handle see the messages that have arrived, if there is a connection, and waits for a running
// call. The error says what was listened for, and wraps ErrUnreachable if the server does not answer.
func (c *Conn) Subscribe(what, subject string, handle nats.MsgHandler) (stop func(), err error) {
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
			case <-time.After(AnswerTimeout):
			}
		}
		if sub.Unsubscribe() == nil {
			<-done
		}
	}
	if err := c.conn.FlushTimeout(AnswerTimeout); err != nil {
		stop()
		return nil, fmt.Errorf("listen for %s: %w: %w", what, ErrUnreachable, err)
	}
	return stop, nil
}
