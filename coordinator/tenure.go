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
// had it waits, until asking ends: with the lock, as nearly always ascertain had it a
// moment ago.
func (k *Coordinator) ours() error {
	for !k.isOurs(time.Now()) {
		asked := time.Now() // an answer that was long in coming is old
		if err := k.still(k.asking); err != nil {
			return err
		}
		k.tenure = asked
	}
	return nil
}

// ascertain is ours for who holds the lock and may let go of it: others use the
// coordinator while NATS doesn't answer.
func (k *Coordinator) ascertain(ctx context.Context) error {
	for k.failure == nil && !k.isOurs(time.Now()) {
		asked := time.Now()
		k.mu.Unlock()
		err := k.still(ctx)
		k.mu.Lock()
		if err != nil {
			return err
		}
		k.tenure = asked
	}
	return nil
}

// soon is how long an answer about how things stand may wait for NATS.
const soon = time.Second

// ascertainSoon is ascertain that gives up soon, and says whether it succeeded.
func (k *Coordinator) ascertainSoon() bool {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	return k.ascertain(ctx) == nil
}

// mayWrite finds out whether the root is still this coordinator's before it changes other
// files than manifests because it was asked to: else the error is that it isn't, or why the
// coordinator can't go on. Where the answer doesn't come soon the files are changed: the
// request has just come, and where NATS is the site's by way of that.
func (k *Coordinator) mayWrite() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	if err := k.ascertain(ctx); err != nil && ctx.Err() == nil {
		k.fail(err)
	}
	return k.failure
}

func (k *Coordinator) still(ctx context.Context) error {
	if err := k.config.Still(ctx); err != nil {
		return fmt.Errorf("find out whether the root is still this coordinator's: %w", err)
	}
	return nil
}

// isOurs compares times of day: the monotonic clock stands still with its machine.
func (k *Coordinator) isOurs(now time.Time) bool {
	if k.config.Still == nil {
		return true
	}
	age := now.Round(0).Sub(k.tenure.Round(0))
	return age >= 0 && age < tenureTime
}
