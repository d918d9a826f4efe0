package queue

import (
	"context"
	"sync"
)

// episode is a context that ends, and is replaced by another, whenever something happens.
type episode struct {
	mu  sync.Mutex
	ctx context.Context
	end context.CancelFunc
}

func newEpisode() *episode {
	e := &episode{}
	e.ctx, e.end = context.WithCancel(context.Background())
	return e
}

// next is called when it happens.
func (e *episode) next() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.end()
	e.ctx, e.end = context.WithCancel(context.Background())
}

// current ends when it happens the next time.
func (e *episode) current() context.Context {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ctx
}

// last ends what is current, and replaces it no more.
func (e *episode) last() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.end()
}
