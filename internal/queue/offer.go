package queue

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// OpenSweep is a sweep whose tasks workers may have.
type OpenSweep struct {
	Name     string `json:"name"`
	Priority int    `json:"priority"` // higher first
}

// Offer is what workers are offered: the message that PublishSweeps leaves.
type Offer struct {
	Sweeps []OpenSweep `json:"sweeps"`
}

func (o *Offer) check() error {
	for _, s := range o.Sweeps {
		if !validSweep(s.Name) {
			return refuse("sweep %.100q", s.Name)
		}
	}
	return nil
}

// PublishSweeps says which sweeps workers are offered, in place of those before.
// Workers that are connected learn it at once, others when they connect.
func (q *Queue) PublishSweeps(ctx context.Context, open []OpenSweep) error {
	data, err := encode(&Offer{Sweeps: open})
	if err != nil {
		return fmt.Errorf("offer sweeps: %w", err)
	}
	err = q.retry(ctx, func(ctx context.Context) error {
		_, err := q.js.Publish(ctx, q.offer(), data)
		return err
	})
	if err != nil {
		return fmt.Errorf("offer sweeps: %w", stored(err))
	}
	q.announce()
	return nil
}

// Sweeps returns the sweeps that are offered now, for Next: higher priorities first,
// and among equals each in turn, so that they share the workers evenly. It never
// waits; it is empty until the offer was heard.
func (q *Queue) Sweeps() []string {
	q.offered.listen.Do(q.followOffer)
	return q.offered.turn()
}

// offerEvery is how often the offer is read again without a reason.
const offerEvery = 10 * time.Second

// offerLag is how long after an offer was heard a read may still bring the one before:
// it was under way, or the server had not stored what it passed on.
const offerLag = 500 * time.Millisecond

// followOffer keeps the offer fresh until the queue is closed: it is heard as it is
// published, and read now, after every reconnection, and every few seconds.
func (q *Queue) followOffer() {
	if _, err := q.conn.Subscribe(q.every("state", "*"), q.hearOffer); err != nil {
		q.log.Warn("listen for sweeps", "error", err)
	}
	q.follow(func() {
		for {
			q.readOffer()
			select {
			case <-q.offered.stale:
			case <-time.After(offerEvery):
			case <-q.closed:
				return
			}
		}
	})
}

func (q *Queue) readOffer() {
	ctx, cancel := context.WithTimeout(context.Background(), offerEvery)
	defer cancel()
	defer context.AfterFunc(q.ended, cancel)()
	err := q.lookAtStore(ctx)
	var m *jetstream.RawStreamMsg
	if err == nil {
		m, err = q.direct(ctx, q.state, q.offer())
	}
	if err != nil {
		q.log.Debug("read which sweeps are offered", "error", err)
	} else if m != nil {
		q.takeOffer(m.Subject, m.Data, m.Sequence)
	}
}

// lookAtStore finds out, after the connection was made anew, whether the offer lies in
// another store now, whose numbers say nothing of those before.
func (q *Queue) lookAtStore(ctx context.Context) error {
	if !q.offered.moved.Load() {
		return nil
	}
	q.offered.moved.Store(false)
	err := q.retry(ctx, func(ctx context.Context) error {
		info, err := q.state.Info(ctx)
		if err == nil {
			q.offered.lies(info.Created)
		}
		return err
	})
	if err != nil {
		q.offered.moved.Store(true)
	}
	return err
}

func (q *Queue) hearOffer(msg *nats.Msg) {
	if msg.Subject != q.offer() {
		q.log.Warn("a coordinator of another version offers tasks, which this worker cannot run: start both from the same program", "subject", msg.Subject, "mine", version())
		return
	}
	q.takeOffer(msg.Subject, msg.Data, 0)
	time.AfterFunc(offerLag, q.offered.reread)
}

// takeOffer takes an offer that was read at a sequence, or heard (0).
func (q *Queue) takeOffer(subject string, data []byte, seq uint64) {
	o := new(Offer)
	if err := decode(data, o); err != nil {
		q.log.Error("what sweeps are offered cannot be read", "subject", subject, "error", err)
		return
	}
	if q.offered.take(o.Sweeps, seq) {
		q.wakeUp()
	}
}

// offered is the offer as this connection knows it.
type offered struct {
	listen sync.Once
	stale  chan struct{} // asks for the offer to be read again
	moved  atomic.Bool   // it may lie in another store

	mu    sync.Mutex
	store time.Time // when the stream was made that it lies in
	seq   uint64    // of the offer that was read last
	heard time.Time // when one was heard last
	open  []OpenSweep
	clock uint64
	last  map[string]uint64 // by sweep: when it had its turn
}

// lies says when the stream was made that the offer lies in.
func (o *offered) lies(store time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !store.Equal(o.store) {
		o.store, o.seq = store, 0
	}
}

// take reports whether the offer is another than before.
func (o *offered) take(open []OpenSweep, seq uint64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch now := time.Now(); {
	case seq == 0:
		o.heard = now
	case seq < o.seq, seq == o.seq && now.Sub(o.heard) < offerLag:
		return false // a server that lags behind
	}
	o.seq = max(o.seq, seq)
	if slices.Equal(open, o.open) {
		return false
	}
	last := make(map[string]uint64, len(open))
	for _, s := range open {
		if at, ok := o.last[s.Name]; ok {
			last[s.Name] = at
		} else {
			// Workers that start at once don't all begin with the same sweep.
			last[s.Name] = rand.Uint64N(1 << 20)
		}
	}
	o.clock = max(o.clock, 1<<20)
	o.open, o.last = slices.Clone(open), last
	return true
}

// turn orders the sweeps and counts the first as served.
func (o *offered) turn() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	sorted := slices.Clone(o.open)
	slices.SortStableFunc(sorted, func(a, b OpenSweep) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(o.last[a.Name], o.last[b.Name]))
	})
	names := make([]string, len(sorted))
	for i := range sorted {
		names[i] = sorted[i].Name
	}
	o.count(names...)
	return names
}

// count has the first of the sweeps wait for its next turn.
func (o *offered) count(names ...string) {
	if len(names) > 0 {
		o.clock++
		o.last[names[0]] = o.clock
	}
}

// served counts a sweep whose task was taken although it was another's turn, which
// had none.
func (o *offered) served(sweep string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, ok := o.last[sweep]; ok {
		o.count(sweep)
	}
}

// reread has the offer read again soon.
func (o *offered) reread() {
	select {
	case o.stale <- struct{}{}:
	default:
	}
}
