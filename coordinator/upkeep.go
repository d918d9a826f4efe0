package coordinator

import (
	"context"
	"time"

	"eisweep/coordinator/removal"
	"eisweep/sweeps"
)

const (
	checkEvery  = 10 * time.Second // between two comparisons of the queue with the machine
	upkeepEvery = time.Minute      // between two removals of what is settled
)

// upkeepAlways does both until the coordinator stops.
func (c *Coordinator) upkeepAlways(ctx context.Context) {
	tick := time.NewTicker(upkeepEvery)
	defer tick.Stop()
	check := time.NewTicker(checkEvery)
	defer check.Stop()
	if c.ownsRoot() {
		if err := removal.EmptyTrash(c.config.Root); err != nil {
			c.config.Log.Warn("delete what a removal left", "error", err)
		}
	}
	for {
		select {
		case <-check.C:
			if err := c.window.Check(ctx); err != nil && ctx.Err() == nil {
				c.config.Log.Warn("compare the queue with what was sent", "error", err)
			}
		case <-tick.C:
			c.dropUnwanted(time.Now())
			c.unloadFinished()
			if err := c.attempts.Trim(ctx, c.isSettled); err != nil && ctx.Err() == nil {
				c.config.Log.Warn("remove settled attempts from the register", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

// unloadFinished has the catalog forget the lines of finished sweeps, unless a launch is under way or an open sweep takes
// its networks from them.
func (c *Coordinator) unloadFinished() {
	if !c.launcher.TryLock() {
		return
	}
	defer c.launcher.Unlock()
	c.mu.Lock()
	sources := map[string]bool{}
	for s := range c.sweeps.All() {
		if !c.sweeps.IsComplete(s.Name) {
			sources[s.Source] = true
		}
	}
	c.mu.Unlock()
	c.catalog.Unload(func(sweep string) bool { return sources[sweep] })
}

// unwantedTime is how long an outcome is kept that nobody wants: the sweep may be
// launched again with the task in it.
const unwantedTime = 24 * time.Hour

// dropUnwanted releases outcomes that no sweep has wanted for long.
func (c *Coordinator) dropUnwanted(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.machine.Launches() > 0 {
		return
	}
	for o := range c.book.All() {
		t, ok := c.machine.Task(o.ID)
		if wanted := ok && len(t.Sweeps) > 0 && t.Run <= o.Run; wanted || now.Sub(o.Finished) < unwantedTime {
			continue
		}
		c.config.Log.Info("drop an outcome that no sweep has wanted for a day", "task", o.ID, "run", o.Run)
		c.book.Settle(o.ID, o.Run)
	}
	c.flush()
}

// isSettled reports whether nobody waits for a run any more. The lock is held.
func (c *Coordinator) isSettled(id sweeps.ID, run int) bool {
	if c.book.Get(id, run) != nil {
		return false
	}
	t, ok := c.machine.Task(id)
	return !ok || t.IsSettled() || t.Run > run
}
