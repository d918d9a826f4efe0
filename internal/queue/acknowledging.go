package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
)

// ackWaits is how many times AckWait an acknowledgement is tried: by then the task has
// been delivered again.
const ackWaits = 2

// Heartbeat extends the lease on the task to AckWait from now and waits for the server's
// confirmation. It does not bring back a task that has been delivered again. The error
// wraps ErrLeaseLost when the queue no longer knows that it delivered the task.
func (d *Delivery) Heartbeat(ctx context.Context) error { return d.ask(ctx, "+WPI") }

// Done removes the task from the queue, after its outcome was committed. It is tried
// for twice AckWait: then the task has been delivered again, and its outcome is found.
// The error wraps ErrLeaseLost as Heartbeat's does.
func (d *Delivery) Done(ctx context.Context) error { return d.acknowledge(ctx, "+ACK") }

// Terminate removes the task from the queue as one that is not to be delivered
// again, after its outcome was committed. It ends as Done does.
func (d *Delivery) Terminate(ctx context.Context) error { return d.acknowledge(ctx, "+TERM") }

// give returns the task to the queue; it is delivered again after the delay.
func (d *Delivery) give(ctx context.Context, delay time.Duration) error {
	return d.acknowledge(ctx, fmt.Sprintf(`-NAK {"delay": %d}`, delay.Nanoseconds()))
}

func (d *Delivery) acknowledge(ctx context.Context, verb string) error {
	ctx, cancel := d.inTime(ctx)
	defer cancel()
	return d.ask(ctx, verb)
}

// inTime bounds what is of use only while the task is this delivery's.
func (d *Delivery) inTime(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, ackWaits*d.q.options.AckWait)
}

// ask sends an acknowledgement and waits for its confirmation.
func (d *Delivery) ask(ctx context.Context, verb string) error {
	err := d.q.Retry(ctx, func(ctx context.Context) error {
		err := d.send(ctx, verb)
		if err != nil && natsconn.Transient(err) && d.void(ctx) {
			return ErrLeaseLost
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("send %s for task %s: %w", verb, d.task.ID, err)
	}
	return nil
}

// send leaves time to find out why nobody answered.
func (d *Delivery) send(ctx context.Context, verb string) error {
	return d.q.Try(ctx, min(natsconn.AnswerTimeout, d.q.options.AckWait)/2, func(ctx context.Context) error {
		_, err := d.q.NATS().RequestWithContext(ctx, d.msg.Reply, []byte(verb))
		return err
	})
}

// void reports whether the consumer is gone that delivered the task: its sweep was
// closed, or the queue's store is another. Nobody confirms an acknowledgement then.
func (d *Delivery) void(ctx context.Context) bool {
	c, err := d.q.tasks.Consumer(ctx, d.q.subjects.Consumer(d.task.Sweep))
	if err != nil {
		return errors.Is(err, jetstream.ErrConsumerNotFound)
	}
	return !c.CachedInfo().Created.Equal(d.born)
}
