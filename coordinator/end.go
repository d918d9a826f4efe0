package coordinator

import (
	"context"
	"errors"
	"fmt"
)

// Failed returns when the coordinator can't go on, with why: storage gave way, or the
// root is another's. Nothing is placed any more, and it is of no use but to be stopped.
// It returns nil when ctx ends.
func (k *Coordinator) Failed(ctx context.Context) error {
	for {
		k.mu.Lock()
		failure, changed := k.failure, k.changed
		k.mu.Unlock()
		if failure != nil {
			return failure
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}

// failed says whether the coordinator can't go on.
func (k *Coordinator) failed() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.failure != nil
}

// fail stops the coordinator from placing anything more.
func (k *Coordinator) fail(err error) {
	if k.failure == nil {
		k.failure = err
		k.config.Log.Error("the coordinator can't go on", "error", err)
		k.announce()
	}
}

// failNow is fail for who doesn't hold the lock.
func (k *Coordinator) failNow(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fail(err)
}

// Hurry lets what the queue is told or asked, and doesn't answer, be given up when ctx
// ends. It begins the end.
func (k *Coordinator) Hurry(ctx context.Context) { context.AfterFunc(ctx, k.giveUp) }

// Stop ends the coordinator, and what it asks the queue for when ctx ends. What was
// committed and not yet placed stays for the next one. It is idempotent; the error is
// that of a storage failure, of an exclusive coordinator also why sweeps could not be completed,
// or wraps queue.ErrOutOfReach.
func (k *Coordinator) Stop(ctx context.Context) error {
	k.once.Do(func() { k.stopped = k.end(ctx) })
	return k.stopped
}

func (k *Coordinator) end(ctx context.Context) error {
	k.Hurry(ctx)
	defer k.giveUp()
	close(k.quit)
	k.unsubscribe()
	<-k.loop
	k.keep.Wait()
	close(k.outbox.closed)
	<-k.outbox.ended
	if err := k.closeSweeps(ctx); err != nil {
		k.config.Log.Warn("close sweeps", "error", err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	errs := []error{k.failure, k.clearBehind(ctx)}
	if k.config.Exclusive {
		errs = append(errs, k.stuck())
	}
	for name, m := range k.manifests {
		if err := m.Close(); err != nil {
			errs = append(errs, fmt.Errorf("close manifest of %s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}
