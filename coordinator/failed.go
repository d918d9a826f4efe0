package coordinator

import "context"

// Failed returns when storage gave way, with why: nothing is placed any more, and
// the coordinator is of no use but to be stopped. It returns nil when ctx ends.
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
