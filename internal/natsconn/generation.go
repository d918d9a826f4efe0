package natsconn

import (
	"context"
	"sync"
)

// Generation is a context that ends, and is replaced by the next one, whenever something happens.
type Generation struct {
	mu  sync.Mutex
	ctx context.Context
	end context.CancelFunc
}

// NewGeneration returns the first generation.
func NewGeneration() *Generation {
	e := &Generation{}
	e.ctx, e.end = context.WithCancel(context.Background())
	return e
}

// Next ends the current generation and begins the next one.
func (e *Generation) Next() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.end()
	e.ctx, e.end = context.WithCancel(context.Background())
}

// Current returns the context that ends with the current generation.
func (e *Generation) Current() context.Context {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ctx
}

// last ends the current generation; there is none after it.
func (e *Generation) last() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.end()
}
