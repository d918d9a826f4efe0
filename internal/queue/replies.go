package queue

import (
	"fmt"

	"github.com/nats-io/nats.go"

	"eisweep/internal/protocol"
)

// checkInbox refuses an inbox of a client's own that no coordinator would answer to.
func (q *Queue) checkInbox() error {
	if inbox := q.conn.NewInbox(); !q.subjects.Answerable(inbox) {
		return fmt.Errorf("the inbox_prefix of the NATS context makes inboxes like %s, which a coordinator doesn't answer: begin it with %s: %w",
			inbox, protocol.InboxToken, ErrSite)
	}
	return nil
}

// isTask reports whether a message is one of the stream of tasks, whose reply subject
// acknowledges it. A worker responds to no other.
func (q *Queue) isTask(msg *nats.Msg) bool {
	meta, err := msg.Metadata()
	return err == nil && meta.Stream == q.subjects.Stream("tasks")
}
