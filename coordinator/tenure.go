package coordinator

import (
	"context"
	"fmt"
	"time"
)

// tenureTime is how long the coordinator relies on having found the root its own:
// nobody takes a coordinator for dead that was heard within this time.
const tenureTime = 10 * time.Second

// ours finds out whether the root is still this coordinator's, unless it found so
// lately. Time passes unseen where a process, its machine or its storage stood still,
// so it is asked directly before anything is written. While the answer is not to be
// had it waits, until Stop.
func (k *Coordinator) ours() error {
	if k.config.Still == nil {
		return nil
	}
	ctx, cancel := k.untilStop()
	defer cancel()
	for !k.isOurs(time.Now()) {
		asked := time.Now() // an answer that was long in coming is old
		if err := k.config.Still(ctx); err != nil {
			return fmt.Errorf("find out whether the root is still this coordinator's: %w", err)
		}
		k.tenure = asked
	}
	return nil
}

// isOurs compares times of day: the monotonic clock stands still with its machine.
func (k *Coordinator) isOurs(now time.Time) bool {
	age := now.Round(0).Sub(k.tenure.Round(0))
	return age >= 0 && age < tenureTime
}

// untilStop returns a context that ends when the coordinator is to stop.
func (k *Coordinator) untilStop() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		select {
		case <-k.quit:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}
