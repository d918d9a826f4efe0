package natsconn

import (
	"context"
	"sync"
	"time"
)

// crowd is the requests that wait for room because a limit of the account is reached.
type crowd struct {
	mu      sync.Mutex
	waiting map[uint64]error // with what the server said
	count   uint64
	free    chan struct{} // closed when nothing waits any more; nil while nothing does
	told    time.Time     // when the limit was last logged
}

// tellFullEvery is the time between two log messages about a limit that is reached.
const tellFullEvery = time.Minute

// isDue reports whether it is time to log again that a limit is reached.
func (c *crowd) isDue(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	due := c.told.IsZero() || now.Sub(c.told) >= tellFullEvery
	if due {
		c.told = now
	}
	return due
}

// enter adds a request, until leave is called.
func (c *crowd) enter(why error) (leave func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.free == nil {
		c.waiting, c.free = map[uint64]error{}, make(chan struct{})
	}
	c.count++
	number := c.count
	c.waiting[number] = why
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.waiting, number)
		if len(c.waiting) == 0 {
			close(c.free)
			c.free = nil
		}
	}
}

// wait waits until no request waits for room, and returns an error if ctx ends or the queue is
// lost before.
func (c *crowd) wait(ctx context.Context, lost context.Context) error {
	c.mu.Lock()
	free := c.free
	c.mu.Unlock()
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
func (c *crowd) why() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, err := range c.waiting {
		return err
	}
	return nil
}

// Limited is the limit of the NATS account or server for which something waits; nil when
// nothing does. It wraps ErrLimit.
func (c *Conn) Limited() error {
	if err := c.unkept.why(); err != nil {
		return classified(err)
	}
	return classified(c.full.why())
}

// Unkept is Limited for outcomes and attempts alone: results that are finished and cannot be
// committed.
func (c *Conn) Unkept() error { return classified(c.unkept.why()) }

// WaitForRoom waits until no outcome or attempt waits for room any more. The error is that ctx ended
// or the connection is lost.
func (c *Conn) WaitForRoom(ctx context.Context) error { return c.unkept.wait(ctx, c.lost) }
