package attempts

import (
	"context"
	"sync"
)

// errands are requests to the queue in the background: a goroutine that holds the coordinator's lock, or
// handles a message, must not wait for NATS.
type errands struct {
	news chan struct{}
	mu   sync.Mutex
	list []func(context.Context)
}

func newErrands() *errands { return &errands{news: make(chan struct{}, 1)} }

func (e *errands) add(f func(context.Context)) {
	e.mu.Lock()
	e.list = append(e.list, f)
	e.mu.Unlock()
	select {
	case e.news <- struct{}{}:
	default:
	}
}

// work carries out errands one after the other until ctx ends.
func (e *errands) work(ctx context.Context) {
	for {
		select {
		case <-e.news:
		case <-ctx.Done():
			return
		}
		e.mu.Lock()
		list := e.list
		e.list = nil
		e.mu.Unlock()
		for _, f := range list {
			f(ctx)
		}
	}
}
