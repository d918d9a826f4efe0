package coordinator

import (
	"context"
	"sync"
)

// shared carries out equal requests once: a request that equals one in progress waits for the
// same answer. It limits how many different requests are carried out at a time.
type shared[A any] struct {
	slots chan struct{}
	mu    sync.Mutex
	work  map[string]*sharedWork[A]
}

// sharedWork is the work for one key, and those who wait for it.
type sharedWork[A any] struct {
	waiting int
	drop    context.CancelFunc
	done    chan struct{} // closed when there are answer and err
	answer  A
	err     error
}

func newShared[A any](atATime int) *shared[A] {
	return &shared[A]{slots: make(chan struct{}, atATime), work: map[string]*sharedWork[A]{}}
}

// do returns what f returns, which is called now, or was called by an earlier do of the same key
// that has not returned. f's context ends when the contexts of all who wait have ended; the last
// of them waits for f.
func (s *shared[A]) do(ctx context.Context, key string, f func(context.Context) (A, error)) (A, error) {
	return s.wait(ctx, key, s.join(ctx, key, f))
}

// wait waits for the answer, or leaves when ctx ends.
func (s *shared[A]) wait(ctx context.Context, key string, w *sharedWork[A]) (A, error) {
	select {
	case <-w.done:
		return w.answer, w.err
	case <-ctx.Done():
	}
	if s.leave(key, w) {
		w.drop()
		<-w.done
	}
	var none A
	return none, ctx.Err()
}

// join finds the work of a key, or begins it.
func (s *shared[A]) join(ctx context.Context, key string, f func(context.Context) (A, error)) *sharedWork[A] {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.work[key]
	if w == nil {
		var kept context.Context
		w = &sharedWork[A]{done: make(chan struct{})}
		kept, w.drop = context.WithCancel(context.WithoutCancel(ctx))
		s.work[key] = w
		go s.carryOut(kept, key, w, f)
	}
	w.waiting++
	return w
}

func (s *shared[A]) carryOut(ctx context.Context, key string, w *sharedWork[A], f func(context.Context) (A, error)) {
	defer close(w.done)
	defer w.drop()
	select {
	case s.slots <- struct{}{}:
		w.answer, w.err = f(ctx)
		<-s.slots
	case <-ctx.Done():
		w.err = ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(key, w)
}

// leave reports whether nobody waits any more. The work can then no longer be joined.
func (s *shared[A]) leave(key string, w *sharedWork[A]) (last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.waiting--; w.waiting == 0 {
		s.forget(key, w)
	}
	return w.waiting == 0
}

func (s *shared[A]) forget(key string, w *sharedWork[A]) {
	if s.work[key] == w {
		delete(s.work, key)
	}
}
