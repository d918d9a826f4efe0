package queue

import (
	"github.com/nats-io/nats.go"
)

// isTask reports whether a message is one of the stream of tasks, whose reply subject
// acknowledges it. A worker responds to no other.
func (q *Queue) isTask(msg *nats.Msg) bool {
	meta, err := msg.Metadata()
	return err == nil && meta.Stream == q.subjects.Stream("tasks")
}
