package queue

import (
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// consumerCache holds the consumers of sweeps that were found so far.
type consumerCache struct {
	mu      sync.Mutex
	bySweep map[string]jetstream.Consumer
}

// get returns the consumer of a sweep; nil if it was not found yet.
func (c *consumerCache) get(sweep string) jetstream.Consumer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bySweep[sweep]
}

func (c *consumerCache) put(sweep string, consumer jetstream.Consumer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bySweep == nil {
		c.bySweep = map[string]jetstream.Consumer{}
	}
	c.bySweep[sweep] = consumer
}

func (c *consumerCache) remove(sweep string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.bySweep, sweep)
}

// clear removes all: the consumers of a store that was created anew are others.
func (c *consumerCache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.bySweep)
}

// created returns when the sweep's consumer was created, as far as is known.
func (c *consumerCache) created(sweep string) time.Time {
	if consumer := c.get(sweep); consumer != nil {
		return consumer.CachedInfo().Created
	}
	return time.Time{}
}
