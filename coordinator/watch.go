package coordinator

import (
	"context"
	"slices"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/sweeps"
)

// The watch ticks ticksPerWait times per AckWait, and ends an attempt that was silent for
// quietTicks: a little later than NATS would deliver its task again.
const (
	ticksPerWait = 6
	quietTicks   = 7
)

// watchAttempts ends attempts whose workers have become silent, until the coordinator stops. It
// reads no clock: a tick counts only if the coordinator was connected since the previous one, so
// that a coordinator that was cut off or suspended ends no attempts.
func (k *Coordinator) watchAttempts(ctx context.Context) {
	every := k.config.Queue.AckWait() / ticksPerWait
	tick := time.NewTicker(every)
	defer tick.Stop()
	connection := k.config.Queue.Connections()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		limited, cancel := context.WithTimeout(ctx, every)
		err := k.config.Queue.Flush(limited)
		cancel()
		now := k.config.Queue.Connections()
		if err == nil && now == connection {
			k.endQuiet()
		}
		connection = now
	}
}

// endQuiet counts a tick for every running attempt, and ends those that were silent for too long.
func (k *Coordinator) endQuiet() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failure != nil {
		return
	}
	var ended []sweeps.ID
	for id, r := range k.running {
		if r.quiet++; r.quiet >= quietTicks {
			ended = append(ended, id)
		}
	}
	if len(ended) == 0 {
		return
	}
	slices.SortFunc(ended, sweeps.ID.Compare)
	for _, id := range ended {
		r := k.running[id]
		delete(k.running, id)
		k.config.Log.Warn("nothing is heard of an attempt any more, and its task is queued again", "task", id, "run", r.run, "attempt", r.Attempt, "worker", r.Worker)
		k.do(k.machine.Step(lifecycle.AttemptLost{ID: id, Run: r.run}))
	}
	k.flush()
}
