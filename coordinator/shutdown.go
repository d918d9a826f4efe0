package coordinator

import (
	"cmp"
	"context"
	"errors"
	"time"
)

// Stop ends the coordinator, and when ctx ends, also its requests to the queue. Outcomes that were committed
// before are placed, unless ctx ends or the queue does not answer; then they stay for the next coordinator.
// Stop is idempotent. The error is that of a storage failure, for a coordinator of `run` also why sweeps
// could not be completed, or wraps natsconn.ErrUnreachable.
func (c *Coordinator) Stop(ctx context.Context) error {
	c.once.Do(func() { c.stopped = c.end(ctx) })
	return c.stopped
}

func (c *Coordinator) end(ctx context.Context) error {
	c.AbortOnDone(ctx)
	defer c.abort()
	c.placeCommitted(ctx)
	close(c.quit)
	c.unsubscribe()
	<-c.loop
	c.keep.Wait()
	c.confirmAcks(ctx)
	c.mu.Lock()
	errs := []error{c.failure, c.clearBehind()}
	if c.config.SoleOwner {
		errs = append(errs, c.stuck())
	}
	errs = append(errs, c.ledger.CloseAll())
	c.mu.Unlock()
	err := errors.Join(errs...)
	c.closeEvents(ctx, cmp.Or(err, c.config.Queue.Err()))
	return err
}

// placeCommitted waits until the outcomes have been taken that are committed by now; closing
// quit then has them placed.
func (c *Coordinator) placeCommitted(ctx context.Context) {
	if len(c.stop) == 0 || c.failed() || !c.ownsRoot() || c.config.Queue.UnresponsiveFor() > 0 {
		return
	}
	ask, cancel := context.WithTimeout(ctx, confirmTime)
	last, err := c.config.Queue.LastOutcome(ask)
	cancel()
	if err != nil || last == 0 {
		return
	}
	if !c.takeUpTo(ctx, last) {
		c.config.Log.Warn("the next coordinator will place some of the committed results")
	}
}

// confirmAcks waits until the queue knows what was acknowledged, so that the next coordinator does not get it again.
func (c *Coordinator) confirmAcks(ctx context.Context) {
	c.mu.Lock()
	last := c.ledger.LastAcknowledged()
	c.mu.Unlock()
	if last == nil || c.config.Queue.UnresponsiveFor() > 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, confirmTime)
	defer cancel()
	if err := c.config.Queue.ConfirmAck(ctx, *last); err != nil {
		c.config.Log.Info("the next coordinator may receive some outcomes again", "error", err)
	}
}

// takeUpTo waits until all outcomes up to a sequence have been taken, and reports whether they
// have.
func (c *Coordinator) takeUpTo(ctx context.Context, last uint64) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		c.mu.Lock()
		taken, failure := c.book.Last(), c.failure
		c.mu.Unlock()
		if taken >= last {
			return true
		}
		if failure != nil {
			return false
		}
		select {
		case <-tick.C:
		case <-c.config.Queue.Lost():
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// awaitOutcomes waits until the outcomes that were committed before have arrived.
func (c *Coordinator) awaitOutcomes(ctx context.Context) error {
	last, err := c.config.Queue.LastOutcome(ctx)
	if err != nil || last == 0 {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, outcomesTime)
	defer cancel()
	c.takeUpTo(ctx, last) // without those that don't come a task may be executed once more
	return nil
}

// outcomesTime bounds the wait for outcomes at a restart.
const outcomesTime = 30 * time.Second

// stuck is the error of the incomplete sweeps when none of them can make progress, and nil while one can.
func (c *Coordinator) stuck() error {
	var incomplete []string
	for s := range c.sweeps.All() {
		if !c.sweeps.IsComplete(s.Name) {
			incomplete = append(incomplete, s.Name)
		}
	}
	return c.faults.Stuck(incomplete)
}
