package coordinator

import (
	"context"
	"fmt"
	"sync"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/natsconn"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// outbox is what the queue is still to be told: the machine's commands that concern it, in
// their order. One goroutine sends them, so that nobody who holds the coordinator's lock
// waits for NATS.
type outbox struct {
	news   chan struct{} // there is something to send
	full   func() error  // why the queue has no room at present; nil while it has
	closed chan struct{} // what is there is sent, and then no more
	ended  chan struct{} // nothing is sent any more

	mu            sync.Mutex
	waiting       []sending
	sending       []sending // taken from waiting, and not confirmed
	orders        int       // of both: tasks to be queued
	entered, sent uint64    // commands so far
	changed       chan struct{}
}

// sending is a command on its way to the queue: openSweep, publish, unqueue or purge.
type sending struct {
	command lifecycle.Command
	order   *protocol.Task // of publish; nil: it is made when it is sent
}

// Bounds of the outbox: how many orders are made ahead of being sent, and how long people
// wait for the queue to have what they asked for.
const (
	ordersAhead = 2 * publishAtOnce
	confirmTime = 5 * time.Second
)

// newOutbox makes an outbox for a queue of which full tells whether it has no room.
func newOutbox(full func() error) *outbox {
	return &outbox{full: full, news: make(chan struct{}, 1), closed: make(chan struct{}), ended: make(chan struct{}), changed: make(chan struct{})}
}

func (o *outbox) add(s sending) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting = append(o.waiting, s)
	o.entered++
	if _, ok := s.command.(lifecycle.Publish); ok {
		o.orders++
	}
	select {
	case o.news <- struct{}{}:
	default:
	}
}

// next takes what is to be sent next, orders that follow each other together; nothing
// when all is sent.
func (o *outbox) next() []sending {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for n < min(len(o.waiting), publishAtOnce) {
		if _, ok := o.waiting[n].command.(lifecycle.Publish); !ok {
			n = max(n, 1)
			break
		}
		n++
	}
	o.sending, o.waiting = o.waiting[:n:n], o.waiting[n:]
	return o.sending
}

// confirm says that what next returned was sent.
func (o *outbox) confirm() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent += uint64(len(o.sending))
	if _, ok := o.sending[0].command.(lifecycle.Publish); ok {
		o.orders -= len(o.sending)
	}
	o.sending = nil
	close(o.changed)
	o.changed = make(chan struct{})
}

// unsent is how many orders are on their way.
func (o *outbox) unsent() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.orders
}

// holds lists the tasks whose orders are on their way.
func (o *outbox) holds() map[sweeps.ID]bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := make(map[sweeps.ID]bool, o.orders)
	for _, list := range [][]sending{o.sending, o.waiting} {
		for _, s := range list {
			if c, ok := s.command.(lifecycle.Publish); ok {
				out[c.ID] = true
			}
		}
	}
	return out
}

// fullEvery is how often somebody who waits looks whether the queue has no room.
const fullEvery = time.Second

// await waits until all but so many of what was entered by now are sent, or until the queue has
// no room for them: then they are sent later. The coordinator's lock must be free. An error
// wraps natsconn.ErrUnreachable.
func (o *outbox) await(ctx context.Context, left uint64) error {
	o.mu.Lock()
	goal := o.entered - min(left, o.entered)
	o.mu.Unlock()
	tick := time.NewTicker(fullEvery)
	defer tick.Stop()
	for {
		o.mu.Lock()
		reached, changed := o.sent >= goal, o.changed
		o.mu.Unlock()
		if reached {
			return nil
		}
		select {
		case <-changed:
		case <-tick.C:
			if o.full() != nil {
				return nil
			}
		case <-o.ended:
			return fmt.Errorf("tell the queue: %w", natsconn.ErrUnreachable)
		case <-ctx.Done():
			return fmt.Errorf("tell the queue: %w: %w", natsconn.ErrUnreachable, ctx.Err())
		}
	}
}

// sendAlways sends until the outbox is closed and empty.
func (k *Coordinator) sendAlways() {
	defer close(k.outbox.ended)
	for {
		if list := k.outbox.next(); len(list) > 0 {
			k.send(list)
			k.outbox.confirm()
			continue
		}
		select {
		case <-k.outbox.news:
		case <-k.outbox.closed:
			if len(k.outbox.news) == 0 {
				return
			}
		}
	}
}

// send tells the queue, unless the root is another's by now. What it doesn't take in spite
// of being asked again is the coordinator's end, or for what is only to be removed a
// worker's vain work.
func (k *Coordinator) send(list []sending) {
	if !k.maySend() {
		return
	}
	switch c := list[0].command.(type) {
	case lifecycle.Publish:
		if err := k.queueTasks(k.orders(list)); err != nil {
			k.failNow(fmt.Errorf("publish tasks: %w", k.unanswered(err)))
		}
	case lifecycle.OpenSweep:
		if err := k.config.Queue.OpenSweep(k.unattended, c.Sweep); err != nil {
			k.failNow(fmt.Errorf("open sweep %s: %w", c.Sweep, k.unanswered(err)))
		}
	case lifecycle.Unqueue:
		if err := k.config.Queue.Remove(k.unattended, c.Sweep, c.ID); err != nil {
			k.config.Log.Warn("remove task from queue", "task", c.ID, "error", err)
		}
	case lifecycle.Purge:
		if err := k.config.Queue.PurgeSweep(k.unattended, c.Sweep); err != nil {
			k.config.Log.Warn("purge sweep", "sweep", c.Sweep, "error", err)
		}
	}
}

// maySend finds out whether the root is still this coordinator's: what it decided before
// it was cut off could undo what its successor did.
func (k *Coordinator) maySend() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.checkOwnership(k.unattended); err != nil && k.unattended.Err() == nil {
		k.fail(err)
	}
	return k.failure == nil
}

// orders makes the messages of those orders that are still as they were given.
func (k *Coordinator) orders(list []sending) []protocol.Task {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failure != nil {
		return nil
	}
	tasks := make([]protocol.Task, 0, len(list))
	for _, s := range list {
		c := s.command.(lifecycle.Publish)
		if !k.machine.IsCurrent(c) {
			continue
		}
		if s.order == nil {
			m, err := k.message(c)
			if err != nil {
				k.do(k.sourceless(c, err))
				continue
			}
			s.order = &m
		}
		tasks = append(tasks, *s.order)
	}
	if len(tasks) < len(list) {
		k.flush()
	}
	return tasks
}

// queueTasks publishes tasks. One whose place in the queue is taken is there by an earlier
// order, which this one takes the place of.
func (k *Coordinator) queueTasks(tasks []protocol.Task) error {
	if len(tasks) == 0 {
		return nil
	}
	ctx := k.unattended
	taken, err := k.publishNew(ctx, tasks)
	for _, t := range taken {
		if err == nil {
			err = k.config.Queue.Remove(ctx, t.Sweep, t.ID)
		}
	}
	if err == nil && len(taken) > 0 {
		_, err = k.publishNew(ctx, taken)
	}
	return err
}

// publishNew publishes tasks and returns those whose place was taken.
func (k *Coordinator) publishNew(ctx context.Context, tasks []protocol.Task) ([]protocol.Task, error) {
	queued, err := k.config.Queue.Publish(ctx, tasks)
	if err != nil {
		return nil, err
	}
	var taken []protocol.Task
	for i, t := range tasks {
		if !queued[i] {
			taken = append(taken, t)
		}
	}
	return taken, nil
}

// unanswered says of what was given up that the queue didn't answer.
func (k *Coordinator) unanswered(err error) error {
	if k.unattended.Err() != nil {
		return fmt.Errorf("%w: %w", natsconn.ErrUnreachable, err)
	}
	return err
}

// confirmed waits for the queue to have what was decided, and says why the coordinator
// can't go on if it failed in that.
func (k *Coordinator) confirmed(ctx context.Context, left uint64) error {
	err := k.outbox.await(ctx, left)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failure != nil {
		return k.failure
	}
	if lost := k.config.Queue.Err(); err != nil && lost != nil { // which is why the wait was ended
		return fmt.Errorf("tell the queue: %w", lost)
	}
	return err
}
