package coordinator

import "context"

// Failed returns when the coordinator can't go on, with why: storage gave way, or the
// root is another's. Nothing is placed any more, and it is of no use but to be stopped. It returns nil when ctx ends.
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
