package natsconn

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// backlog holds the requests that wait because a limit of the account is reached.
type backlog struct {
	mu      sync.Mutex
	waiting map[uint64]error // with the server's errors
	count   uint64
	free    chan struct{} // closed when nothing waits any more; nil while nothing does
	logged  time.Time     // when the limit was last logged
	retries atomic.Int64  // requests that were sent again
}

// logFullEvery is the time between two log messages about a limit that is reached.
const logFullEvery = time.Minute

// isDue reports whether it is time to log again that a limit is reached.
func (b *backlog) isDue(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	due := b.logged.IsZero() || now.Sub(b.logged) >= logFullEvery
	if due {
		b.logged = now
	}
	return due
}

// enter adds a request, until leave is called.
func (b *backlog) enter(why error) (leave func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.free == nil {
		b.waiting, b.free = map[uint64]error{}, make(chan struct{})
	}
	b.count++
	number := b.count
	b.waiting[number] = why
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.waiting, number)
		if len(b.waiting) == 0 {
			close(b.free)
			b.free = nil
		}
	}
}

// wait waits until no request waits for room. The error is that ctx or lost ended before.
func (b *backlog) wait(ctx context.Context, lost context.Context) error {
	b.mu.Lock()
	free := b.free
	b.mu.Unlock()
	if free == nil {
		return nil
	}
	select {
	case <-free:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-lost.Done():
		return context.Cause(lost)
	}
}

// why is the server's error for one of those that wait; nil when none do.
func (b *backlog) why() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, err := range b.waiting {
		return err
	}
	return nil
}

// Limited returns the limit of the NATS account or server because of which a request waits; nil when
// none does. It wraps ErrLimit.
func (c *Conn) Limited() error {
	if err := c.unkept.why(); err != nil {
		return classified(err)
	}
	return classified(c.full.why())
}

// Unkept is Limited for outcomes and attempts alone: results that are finished and cannot be
// committed.
func (c *Conn) Unkept() error { return classified(c.unkept.why()) }

// KeptRetries is how often outcomes and attempts were sent again, because NATS did not answer or had no room.
func (c *Conn) KeptRetries() int64 { return c.unkept.retries.Load() }

// WaitForRoom waits until no outcome or attempt waits for room any more. The error is that ctx ended
// or the connection is lost.
func (c *Conn) WaitForRoom(ctx context.Context) error { return c.unkept.wait(ctx, c.lost) }
