package queue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"

	"eisweep/internal/natsconn"
)

// Next returns one task for a free slot: the first of the first sweep that has
// one, in the order of sweeps, which is called before each attempt. It blocks until
// there is one or ctx ends. Nothing is fetched ahead. Malformed tasks are reported as
// failed and removed. While outcomes of this connection wait for room, no task is fetched,
// because its result could not be committed, either.
func (q *Queue) Next(ctx context.Context, sweeps func() []string) (*Delivery, error) {
	pause := q.options.AckWait / 600
	for {
		if err := q.WaitForRoom(ctx); err != nil {
			return nil, err
		}
		woken := q.woken.Current()
		for _, sweep := range sweeps() {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			d, err := q.fetcher.fetch(ctx, sweep)
			if err != nil {
				q.log.Debug("fetch task", "sweep", sweep, "error", err)
			}
			if d != nil {
				q.roster.served(sweep)
				return d, nil
			}
		}
		select {
		case <-woken.Done():
			pause = q.options.AckWait / 600
		case <-time.After(pause):
			pause = min(2*pause, q.options.AckWait/12)
		case msg := <-q.fetcher.strays:
			if d := q.fetcher.adopt(ctx, msg, sweeps()); d != nil {
				return d, nil
			}
		case <-q.Lost():
			return nil, q.Err()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// fetcher takes tasks of sweeps from their consumers.
type fetcher struct {
	q       *Queue
	strays  chan *nats.Msg // tasks that arrived late, for a Next that waits
	ungiven streak         // requests in a row that nobody answered
}

// fetchTime is how long a fetch waits for the server's answer, so long that a busy
// server isn't asked ever more. There is none where others took the task meanwhile.
const fetchTime = 2 * time.Second

// fetch takes one task of a sweep if there is one.
func (f *fetcher) fetch(ctx context.Context, sweep string) (*Delivery, error) {
	consumer, err := f.q.sweepConsumer(ctx, sweep)
	if consumer == nil {
		return nil, err
	}
	subject := f.q.API("CONSUMER.MSG.NEXT." + f.q.subjects.Stream("tasks") + "." + f.q.subjects.Consumer(sweep))
	msg, err := f.request(subject)
	if f.ungiven.count(errors.Is(err, nats.ErrNoResponders)) == ungivenTimes {
		f.q.log.Warn("NATS delivers no tasks of an open sweep; "+natsconn.NotImported+" this service: deploy/nats/accounts.conf",
			"sweep", sweep, "subject", subject)
	}
	if errors.Is(err, nats.ErrNoResponders) {
		f.q.consumers.remove(sweep) // it was closed, or else is found again
	}
	if err != nil {
		return nil, fmt.Errorf("fetch task of sweep %s: %w", sweep, err)
	}
	switch status := msg.Header.Get("Status"); status {
	case "":
		return f.q.deliver(ctx, msg)
	case "404", "408": // there is none, or others are about to take it
		return nil, nil
	default:
		// It may have been closed, or made anew with other settings.
		f.q.consumers.remove(sweep)
		return nil, fmt.Errorf("fetch task of sweep %s: %s %s", sweep, status, msg.Header.Get("Description"))
	}
}

// request asks for one task without waiting for one to come. The server doesn't
// answer a request whose task others took meanwhile, and keeps it: a task that it sends
// later, when nobody listened any more, would be nobody's until AckWait is over. So
// whatever comes late is listened for (FetchNoWait of nats.go doesn't).
func (f *fetcher) request(subject string) (*nats.Msg, error) {
	link := f.q.Unbroken()
	if !f.q.NATS().IsConnected() {
		return nil, nats.ErrDisconnected // the request would be sent later, when nobody waits for its answer
	}
	inbox := f.q.NATS().NewInbox()
	sub, err := f.q.NATS().SubscribeSync(inbox)
	if err != nil {
		return nil, err
	}
	if err := f.q.NATS().PublishRequest(subject, inbox, []byte(`{"batch":1,"no_wait":true}`)); err != nil {
		return nil, errors.Join(err, sub.Unsubscribe())
	}
	msg, err := nextWithin(link, sub, fetchTime)
	if err != nil && link.Err() == nil && !errors.Is(err, nats.ErrNoResponders) {
		go f.late(link, sub)
		return nil, err
	}
	_ = sub.Unsubscribe() // there is no more to come
	return msg, err
}

// late takes what a request brings whose sender has gone on: for a Next that waits for
// a task of the sweep, else back to the queue.
func (f *fetcher) late(link context.Context, sub *nats.Subscription) {
	defer sub.Unsubscribe()
	msg, err := sub.NextMsgWithContext(link)
	if err != nil || msg.Header.Get("Status") != "" {
		return
	}
	select {
	case f.strays <- msg:
	default:
		f.giveBack(msg)
	}
}

// giveBack returns a task that nobody has looked at.
func (f *fetcher) giveBack(msg *nats.Msg) {
	if !f.q.isTask(msg) {
		return
	}
	if err := msg.Respond([]byte("-NAK")); err != nil {
		f.q.log.Debug("give task back", "error", err)
	}
}

// adopt takes a stray task if it is of one of the sweeps.
func (f *fetcher) adopt(ctx context.Context, msg *nats.Msg, sweeps []string) *Delivery {
	if sweep, _, err := f.q.subjects.ParseTask(msg.Subject); err == nil && !slices.Contains(sweeps, sweep) {
		f.giveBack(msg)
		return nil
	}
	d, err := f.q.deliver(ctx, msg)
	if err != nil {
		f.q.log.Debug("fetch task", "error", err)
	}
	return d
}

// nextWithin waits for a message until the time is over or the connection breaks.
func nextWithin(link context.Context, sub *nats.Subscription, limit time.Duration) (*nats.Msg, error) {
	ctx, cancel := context.WithTimeout(link, limit)
	defer cancel()
	return sub.NextMsgWithContext(ctx)
}
