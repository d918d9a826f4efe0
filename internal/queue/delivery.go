package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"eisweep/internal/protocol"
)

// Delivery is a task that this worker holds until it is Done, handed back, retried or
// terminated, or until it has sent no heartbeat for AckWait.
type Delivery struct {
	q       *Queue
	msg     *nats.Msg
	task    *protocol.Task
	born    time.Time             // when the consumer that delivered it was made
	again   bool                  // it was delivered before
	fresh   bool                  // nobody has announced an attempt, as far as is known
	begun   int                   // attempts that the queue doesn't know
	attempt int                   // after Start
	event   protocol.AttemptEvent // its announcement
	seq     uint64                // of that
}

func (q *Queue) deliver(ctx context.Context, msg *nats.Msg) (*Delivery, error) {
	if !q.isTask(msg) {
		return nil, fmt.Errorf("a message under subject %q that is not from the stream of tasks: %w", msg.Subject, protocol.ErrMessage)
	}
	task, err := q.subjects.DecodeTask(msg.Subject, msg.Data)
	if err != nil {
		q.reject(ctx, msg, err)
		return nil, err
	}
	meta, err := msg.Metadata()
	if err != nil {
		return nil, err
	}
	return &Delivery{q: q, msg: msg, task: task, born: q.consumers.created(task.Sweep), again: meta.NumDelivered > 1}, nil
}

// reject removes a malformed task. If its run can be read, the coordinator gets an outcome, so that it
// does not wait for one forever.
func (q *Queue) reject(ctx context.Context, msg *nats.Msg, reason error) {
	q.log.Error("a task that cannot be read is removed from the queue", "subject", msg.Subject, "error", reason)
	var order struct {
		Run int `json:"run"`
	}
	_, id, err := q.subjects.ParseTask(msg.Subject)
	if err == nil && json.Unmarshal(msg.Data, &order) == nil && order.Run >= 1 && order.Run <= protocol.MaxCount {
		now := time.Now()
		_, err := q.commit(ctx, protocol.Outcome{
			ID: id, Run: order.Run, Attempt: 1, Class: protocol.Invalid, Error: reason.Error(), Started: now, Finished: now,
		})
		if err != nil {
			q.log.Error("report task that cannot be read", "error", err)
			return // it is delivered again
		}
	}
	if err := msg.Respond([]byte("+TERM not a message of this format")); err != nil {
		q.log.Error("remove task that cannot be read", "error", err)
	}
}

// Task returns the task. The caller must not change it.
func (d *Delivery) Task() *protocol.Task { return d.task }

// Redelivered reports whether the task was delivered before: an earlier worker handed it
// back, died or stopped answering. It is certain only after Settled, because the server
// forgets earlier deliveries when a sweep is closed and opened again.
func (d *Delivery) Redelivered() bool { return d.again }
