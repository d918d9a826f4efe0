package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
)

// Attempts returns how many attempts at the task's run were started and not handed back, by any
// worker.
func (d *Delivery) Attempts(ctx context.Context) (int, error) {
	last, _, err := d.lastEvent(ctx)
	if err != nil {
		return 0, err
	}
	return counted(last), nil
}

// Begun records that this many attempts were started that the queue does not know, because its
// store was replaced since. The next attempt gets a number after them; Settled and Alive find out
// whether one of them is done or still running.
func (d *Delivery) Begun(attempts int) {
	d.begun = attempts
	d.again, d.fresh = true, false
}

// Unknown returns how many attempts the queue does not know, as recorded by Begun.
func (d *Delivery) Unknown() int { return d.begun }

// Start announces an attempt and returns its number, from 1. Workers that start at the same time
// get different numbers; the number of an attempt that was handed back is used again.
func (d *Delivery) Start(ctx context.Context, worker, host string) (attempt int, err error) {
	for {
		var last *protocol.AttemptEvent
		var seq uint64
		if !d.fresh {
			if last, seq, err = d.lastEvent(ctx); err != nil {
				return 0, err
			}
		}
		d.fresh = false
		e := protocol.AttemptEvent{
			ID: d.task.ID, Run: d.task.Run, Attempt: max(counted(last), d.begun) + 1, Event: protocol.EventStarted,
			Host: host, Worker: worker, At: time.Now(),
		}
		e.Normalize()
		seq, err = d.announce(ctx, e, seq)
		if err == nil {
			d.attempt, d.event, d.seq = e.Attempt, e, seq
			return e.Attempt, nil
		}
		if !natsconn.Outdated(err) {
			return 0, fmt.Errorf("announce attempt at task %s: %w", d.task.ID, err)
		}
	}
}

// Later reports whether a later attempt at the task has started, so that this one is superseded.
// If the queue knows neither, its store was replaced: this one is then announced there.
func (d *Delivery) Later(ctx context.Context) (bool, error) {
	for {
		last, seq, err := d.lastEvent(ctx)
		switch {
		case err != nil:
			return false, err
		case seq > d.seq || last != nil && last.Attempt > d.attempt:
			return true, nil
		case seq == d.seq:
			return false, nil
		}
		seq, err = d.announce(ctx, d.event, seq)
		if err == nil {
			d.seq = seq
			return false, nil
		}
		if !natsconn.Outdated(err) {
			return false, fmt.Errorf("announce attempt at task %s again: %w", d.task.ID, err)
		}
	}
}

// HandBack returns the task to the queue unfinished: the attempt doesn't count.
// If a later attempt has started, the task belongs to that one: nothing is done, and the error
// wraps ErrLeaseLost. It is tried as long as Done.
func (d *Delivery) HandBack(ctx context.Context, delay time.Duration) error {
	ctx, cancel := d.inTime(ctx)
	defer cancel()
	if d.attempt > 0 {
		last, seq, err := d.lastEvent(ctx)
		if err != nil {
			return err
		}
		if last == nil || seq != d.seq {
			return fmt.Errorf("hand back task %s: %w", d.task.ID, ErrLeaseLost)
		}
		last.Event, last.At = protocol.EventReturned, time.Now().UTC()
		if _, err := d.announce(ctx, *last, seq); natsconn.Outdated(err) {
			return fmt.Errorf("hand back task %s: %w", d.task.ID, ErrLeaseLost)
		} else if err != nil {
			return fmt.Errorf("hand back task %s: %w", d.task.ID, err)
		}
	}
	return d.give(ctx, delay)
}

// Retry returns the task to the queue after an attempt that failed and counts.
// The error wraps ErrLeaseLost as HandBack's does.
func (d *Delivery) Retry(ctx context.Context, delay time.Duration) error {
	ctx, cancel := d.inTime(ctx)
	defer cancel()
	later, err := d.Later(ctx)
	if err != nil {
		return err
	}
	if later {
		return fmt.Errorf("retry task %s: %w", d.task.ID, ErrLeaseLost)
	}
	return d.give(ctx, delay)
}

// Alive listens for progress of the attempt that was started last, or of any recorded by Begun if the
// queue knows none, and reports whether its worker sends any within the time. After an error, for
// example that ctx or the connection ended, it is unknown.
func (d *Delivery) Alive(ctx context.Context, within time.Duration) (bool, error) {
	last, _, err := d.lastEvent(ctx)
	if err != nil || last == nil && d.begun == 0 || last != nil && last.Event != protocol.EventStarted {
		return false, err
	}
	sub, err := d.q.NATS().SubscribeSync(d.q.subjects.Progress(d.task.ID))
	if err != nil {
		return false, fmt.Errorf("listen for task %s: %w", d.task.ID, err)
	}
	defer sub.Unsubscribe()
	limited, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	defer context.AfterFunc(d.q.Unbroken(), cancel)()
	for {
		msg, err := sub.NextMsgWithContext(limited)
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("listen for task %s: %w", d.task.ID, err)
		}
		p, err := d.q.subjects.DecodeProgress(msg.Subject, msg.Data)
		if err == nil && p.Run == d.task.Run && (last == nil || p.Attempt == last.Attempt) {
			return true, nil
		}
	}
}

// counted is the number of attempts that count, by the last event.
func counted(last *protocol.AttemptEvent) int {
	switch {
	case last == nil:
		return 0
	case last.Event == protocol.EventReturned:
		return last.Attempt - 1
	default:
		return last.Attempt
	}
}

// lastEvent returns the last event of the order and its sequence; nil and 0 when
// there is none. One that cannot be read counts as none, but is not overwritten
// unseen: its sequence is returned.
func (d *Delivery) lastEvent(ctx context.Context) (*protocol.AttemptEvent, uint64, error) {
	m, err := d.lastAttempt(ctx, d.seq)
	if err != nil {
		return nil, 0, fmt.Errorf("look for attempts at task %s: %w", d.task.ID, err)
	}
	if m == nil {
		return nil, 0, nil
	}
	e, err := d.q.subjects.DecodeAttempt(m.Subject, m.Data)
	if err != nil {
		d.q.log.Error("an attempt's announcement cannot be read", "subject", m.Subject, "error", err)
		return nil, m.Sequence, nil
	}
	return e, m.Sequence, nil
}

// How long a server of a cluster may lag behind before it is believed.
const (
	lagTries = 20
	lagPause = 50 * time.Millisecond
)

// lastAttempt returns the last message of the order's attempts, where one was at
// least. In a cluster one of the servers answers, which may not have it yet.
func (d *Delivery) lastAttempt(ctx context.Context, least uint64) (m *jetstream.RawStreamMsg, err error) {
	for range lagTries {
		m, err = d.q.direct(ctx, d.q.attempts, d.subject())
		if err != nil || least == 0 || m != nil && m.Sequence >= least || d.q.attempts.CachedInfo().Config.Replicas == 1 {
			return m, err
		}
		select {
		case <-time.After(lagPause):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return m, err
}

// announce publishes an event if the order's last event is the one at seq. A
// publication whose answer was lost is found out at the next try.
func (d *Delivery) announce(ctx context.Context, e protocol.AttemptEvent, seq uint64) (uint64, error) {
	data, err := protocol.Encode(&e)
	if err != nil {
		return 0, err
	}
	var ack *jetstream.PubAck
	tries := 0
	err = d.q.RetryKept(ctx, func(ctx context.Context) (err error) {
		tries++
		msg := nats.NewMsg(d.subject())
		msg.Data = data
		ack, err = d.q.JetStream().PublishMsg(ctx, msg, jetstream.WithExpectLastSequencePerSubject(seq))
		return err
	})
	if err == nil {
		return ack.Sequence, nil
	}
	if tries > 1 && natsconn.Outdated(err) {
		if m, err := d.lastAttempt(ctx, seq+1); err == nil && m != nil && string(m.Data) == string(data) {
			return m.Sequence, nil
		}
	}
	return 0, err
}

func (d *Delivery) subject() string { return d.q.subjects.Attempts(d.task.ID, d.task.Run) }
