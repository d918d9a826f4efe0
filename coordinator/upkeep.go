package coordinator

import (
	"context"
	"errors"
	"time"

	"eisweep/sweeps"
)

// upkeepEvery is how often the queue is compared with the machine, and what is settled removed from it.
const upkeepEvery = time.Minute

// upkeepAlways does so until the coordinator stops.
func (k *Coordinator) upkeepAlways(ctx context.Context) {
	tick := time.NewTicker(upkeepEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			k.dropUnwanted(time.Now())
			k.unloadFinished()
			if err := errors.Join(k.window.Check(ctx), k.attempts.Trim(ctx, k.isSettled)); err != nil && ctx.Err() == nil {
				k.config.Log.Warn("compare with the queue", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

// unloadFinished has the catalog forget the lines of finished sweeps, unless a launch is under way or an open sweep takes
// its networks from them.
func (k *Coordinator) unloadFinished() {
	if !k.launcher.TryLock() {
		return
	}
	defer k.launcher.Unlock()
	k.mu.Lock()
	sources := map[string]bool{}
	for s := range k.sweeps.All() {
		if !k.sweeps.IsComplete(s.Name) {
			sources[s.Source] = true
		}
	}
	k.mu.Unlock()
	k.catalog.Unload(func(sweep string) bool { return sources[sweep] })
}

// unwantedTime is how long an outcome is kept that nobody wants: the sweep may be
// launched again with the task in it.
const unwantedTime = 24 * time.Hour

// dropUnwanted releases outcomes that no sweep has wanted for long.
func (k *Coordinator) dropUnwanted(now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.machine.Launches() > 0 {
		return
	}
	for o := range k.book.All() {
		t, ok := k.machine.Task(o.ID)
		if wanted := ok && len(t.Sweeps) > 0 && t.Run <= o.Run; wanted || now.Sub(o.Finished) < unwantedTime {
			continue
		}
		k.config.Log.Info("drop an outcome that no sweep has wanted for a day", "task", o.ID, "run", o.Run)
		k.book.Settle(o.ID, o.Run)
	}
	k.flush()
}

// isSettled reports whether nobody waits for a run any more. The lock is held.
func (k *Coordinator) isSettled(id sweeps.ID, run int) bool {
	if k.book.Get(id, run) != nil {
		return false
	}
	t, ok := k.machine.Task(id)
	return !ok || t.IsSettled() || t.Run > run
}
