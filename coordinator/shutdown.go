package coordinator

import (
	"context"
	"errors"
	"time"
)

// Stop ends the coordinator, and when ctx ends, also its requests to the queue. Outcomes that were committed
// before are placed, unless ctx ends or the queue does not answer; then they stay for the next coordinator.
// Stop is idempotent. The error is that of a storage failure, for an exclusive coordinator also why sweeps
// could not be completed, or wraps natsconn.ErrUnreachable.
func (k *Coordinator) Stop(ctx context.Context) error {
	k.once.Do(func() { k.stopped = k.end(ctx) })
	return k.stopped
}

func (k *Coordinator) end(ctx context.Context) error {
	k.AbortOnDone(ctx)
	defer k.abort()
	k.placeCommitted(ctx)
	close(k.quit)
	k.unsubscribe()
	<-k.loop
	k.keep.Wait()
	k.confirmAcks(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	errs := []error{k.failure, k.clearBehind()}
	if k.config.Exclusive {
		errs = append(errs, k.stuck())
	}
	return errors.Join(append(errs, k.ledger.CloseAll())...)
}

// placeCommitted waits until the outcomes have been taken that are committed by now; closing
// quit then has them placed.
func (k *Coordinator) placeCommitted(ctx context.Context) {
	if len(k.stop) == 0 || k.failed() || !k.ownsRoot() || k.config.Queue.UnresponsiveFor() > 0 {
		return
	}
	ask, cancel := context.WithTimeout(ctx, confirmTime)
	last, err := k.config.Queue.LastOutcome(ask)
	cancel()
	if err != nil || last == 0 {
		return
	}
	if !k.takeUpTo(ctx, last) {
		k.config.Log.Warn("the next coordinator will place some of the committed results")
	}
}

// confirmAcks waits until the queue knows what was acknowledged, so that the next coordinator does not get it again.
func (k *Coordinator) confirmAcks(ctx context.Context) {
	k.mu.Lock()
	last := k.ledger.LastAcknowledged()
	k.mu.Unlock()
	if last == nil || k.config.Queue.UnresponsiveFor() > 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, confirmTime)
	defer cancel()
	if err := k.config.Queue.ConfirmAck(ctx, *last); err != nil {
		k.config.Log.Info("the next coordinator may receive some outcomes again", "error", err)
	}
}

// takeUpTo waits until all outcomes up to a sequence have been taken, and reports whether they
// have.
func (k *Coordinator) takeUpTo(ctx context.Context, last uint64) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		k.mu.Lock()
		taken, failure := k.book.Last(), k.failure
		k.mu.Unlock()
		if taken >= last {
			return true
		}
		if failure != nil {
			return false
		}
		select {
		case <-tick.C:
		case <-k.config.Queue.Lost():
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// awaitOutcomes waits until the outcomes that were committed before have arrived.
func (k *Coordinator) awaitOutcomes(ctx context.Context) error {
	last, err := k.config.Queue.LastOutcome(ctx)
	if err != nil || last == 0 {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, outcomesTime)
	defer cancel()
	k.takeUpTo(ctx, last) // without those that don't come a task may be executed once more
	return nil
}

// outcomesTime bounds the wait for outcomes at a restart.
const outcomesTime = 30 * time.Second

// stuck is the error of the incomplete sweeps when none of them can make progress, and nil while one can.
func (k *Coordinator) stuck() error {
	var incomplete []string
	for s := range k.sweeps.All() {
		if !k.sweeps.IsComplete(s.Name) {
			incomplete = append(incomplete, s.Name)
		}
	}
	return k.faults.Stuck(incomplete)
}
