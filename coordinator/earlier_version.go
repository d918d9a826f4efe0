package coordinator

import (
	"context"
	"time"

	"eisweep/internal/queue"
)

// An earlier version of this program kept orders and outcomes in streams of other names, with one
// consumer for each sweep. What it left is taken over: its orders are removed, since their tasks are
// pending all the same, and the outcomes that it did not place are placed.

// takeOver takes over what is there now, before sweeps are resumed, and later what was not
// acknowledged by then. What cannot be taken over costs some tasks another run.
func (c *Coordinator) takeOver(ctx context.Context) {
	if c.takeOverOnce(ctx) {
		return
	}
	c.background(func(ctx context.Context) {
		tick := time.NewTicker(upkeepEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if c.takeOverOnce(ctx) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	})
}

func (c *Coordinator) takeOverOnce(ctx context.Context) (done bool) {
	done, err := c.config.Queue.TakeOverFormat1(ctx, c.receive)
	if err != nil && ctx.Err() == nil {
		c.config.Log.Warn("take over what an earlier version left in the queue", "error", err)
	}
	return done
}

// receive hands an outcome to the loop.
func (c *Coordinator) receive(d queue.OutcomeDelivery) {
	select {
	case c.outcomes <- d:
	case <-c.quit:
	}
}

// drainEarlierWorkers tells workers of an earlier version to stop when they report.
func (c *Coordinator) drainEarlierWorkers() (stop func(), err error) {
	last := time.Time{}
	return c.config.Queue.DrainFormat1(func(now time.Time) {
		if now.Sub(last) > upkeepEvery {
			last = now
			c.config.Log.Warn("a worker of an earlier version was told to stop: start coordinator and workers from the same program")
		}
	})
}
