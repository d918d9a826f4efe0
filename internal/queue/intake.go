package queue

import (
	"context"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsconn"
)

// pullTimes are the times of requests for tasks.
type pullTimes struct {
	wait  time.Duration // for which a request is open: long, so that idle workers ask seldom
	beat  time.Duration // between the server's signs that it still knows the request
	pause time.Duration // after the first request in a row that failed
	most  time.Duration // after one of many
	hand  time.Duration // for which a task waits for one of the callers that seem to wait
}

var defaultPullTimes = pullTimes{
	wait: 5 * time.Minute, beat: 15 * time.Second, pause: time.Second, most: 10 * time.Second, hand: time.Second,
}

// intake fetches tasks for the callers that wait in Next: one request for as many as are waiting, and another
// when more wait.
type intake struct {
	q        *Queue
	times    pullTimes
	start    sync.Once
	messages chan jetstream.Msg
	changed  chan struct{}
	pulls    *natsconn.Generation // of requests; ends when they ask for more tasks than callers wait

	mu         sync.Mutex
	waiting    int
	asked      int                // tasks that requests under way ask for
	consumer   jetstream.Consumer // nil until it was found
	failed     int                // requests in a row
	finding    sync.Mutex         // held while the consumer is looked up
	unanswered streak             // of requests for tasks that got no answer
}

// Next returns an order that was fetched for the caller, who claims it with Admit or leaves it to others with
// Leave. It blocks until there is an order or ctx ends. An order that cannot be read, or was delivered too
// often without a claim, is reported in the register and removed. While outcomes of this connection wait for
// room in the store, Next fetches no order, because its result could not be stored either.
func (q *Queue) Next(ctx context.Context) (*Delivery, error) {
	q.intake.start.Do(func() { q.Go(q.intake.run) })
	for {
		if err := q.WaitForRoom(ctx); err != nil {
			return nil, err
		}
		q.intake.enter()
		select {
		case msg := <-q.intake.messages:
			if d := q.deliver(ctx, msg); d != nil {
				return d, nil
			}
		case <-q.Lost():
			q.intake.leave()
			return nil, q.Err()
		case <-ctx.Done():
			q.intake.leave()
			return nil, ctx.Err()
		}
	}
}

func newIntake(q *Queue) *intake {
	return &intake{
		q: q, times: defaultPullTimes, messages: make(chan jetstream.Msg), changed: make(chan struct{}, 1), pulls: natsconn.NewGeneration(),
	}
}

// enter counts one more caller that waits in Next.
func (i *intake) enter() {
	i.mu.Lock()
	i.waiting++
	i.mu.Unlock()
	i.wake()
}

// served counts one caller less, which got a task that was requested. Both counts change at once: otherwise
// a task would be requested in between that no caller waits for.
func (i *intake) served() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.waiting--
	i.asked--
}

// leave counts one caller less, which got no task. A task that nobody waits for would be given back to the
// queue, which would deliver it to the same request again.
func (i *intake) leave() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.waiting--
	if i.asked > i.waiting {
		i.pulls.Next()
	}
}

func (i *intake) wake() {
	select {
	case i.changed <- struct{}{}:
	default:
	}
}

// missing returns how many more tasks to request, with a request that ends with ctx, and counts them as requested.
func (i *intake) missing() (n int, ctx context.Context) {
	i.mu.Lock()
	defer i.mu.Unlock()
	n = max(0, i.waiting-i.asked)
	i.asked += n
	return n, i.pulls.Current()
}

// answered counts tasks that were asked for and have come, or will not come.
func (i *intake) answered(n int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked -= n
}

// pause returns the time before the next request after one that failed. It forgets the consumer, which may be
// gone.
func (i *intake) pause() time.Duration {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.consumer = nil
	i.failed++
	return min(i.times.most, i.times.pause<<min(i.failed-1, 10))
}

// works notes that a request was served.
func (i *intake) works() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.failed = 0
}
