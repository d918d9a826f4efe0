package coordinator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/sweeps"
)

// reconcileEvery is how often the machine's picture is held against the queue.
const reconcileEvery = time.Minute

// reconcileAlways does so until the coordinator stops.
func (k *Coordinator) reconcileAlways(ctx context.Context) {
	tick := time.NewTicker(reconcileEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			k.dropUnwanted(time.Now())
			k.replaceOldRecords()
			if err := errors.Join(k.reconcile(ctx), k.closeSweeps(ctx), k.openSweeps(ctx), k.trim(ctx)); err != nil && ctx.Err() == nil {
				k.config.Log.Warn("compare with the queue", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

// reconcile publishes again what the machine takes for queued or running and what is
// neither queued nor has an outcome, at this look and at the one before: an outcome
// may be on its way here when its task has left the queue.
func (k *Coordinator) reconcile(ctx context.Context) error {
	n, err := k.config.Queue.Length(ctx)
	if err != nil {
		return err
	}
	k.mu.Lock()
	// A launch that is under way publishes; to list a million orders meanwhile would hold it up.
	enough := n-k.strangers+k.outbox.unsent() >= k.machine.Ordered() || k.machine.Launches() > 0
	k.mu.Unlock()
	if enough {
		k.absent = nil
		return nil
	}
	inQueue, err := k.config.Queue.Queued(ctx)
	if err != nil {
		return fmt.Errorf("list queued tasks: %w", err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	absent := map[sweeps.ID]int{}
	coming := k.outbox.holds()
	for _, f := range k.faults.list {
		f.holds(coming)
	}
	for id, t := range k.machine.Tasks() {
		if _, ok := inQueue[id]; ok || coming[id] || !t.IsOrdered() || k.isHeard(id, t.Run) {
			continue
		}
		absent[id] = t.Run
	}
	k.strangers = 0
	for id := range inQueue {
		if t, ok := k.machine.Task(id); !ok || t.IsSettled() {
			k.strangers++
		}
	}
	k.publishAbsent(absent)
	k.absent = absent
	k.flush()
	return nil
}

// publishAbsent publishes those that were absent before.
func (k *Coordinator) publishAbsent(now map[sweeps.ID]int) {
	for id, run := range now {
		if k.absent[id] != run {
			continue
		}
		k.config.Log.Warn("an order was lost and is given again", "task", id, "run", run)
		delete(k.running, id)
		delete(now, id)
		k.reasons[id] = "the order was lost from the queue, and its worker is not heard"
		k.do(k.machine.Step(lifecycle.OrderMissing{ID: id, Run: run}))
	}
}

// unwantedTime is how long an outcome is kept that nobody wants: the sweep may be
// launched again with the task in it.
const unwantedTime = 24 * time.Hour

// dropUnwanted lets go of outcomes that nobody has wanted for long. As long as they are
// held those that came later cannot be trimmed.
func (k *Coordinator) dropUnwanted(now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.machine.Launches() > 0 {
		return
	}
	for o, d := range k.held {
		t, ok := k.machine.Task(o.ID)
		if wanted := ok && len(t.Sweeps) > 0 && t.Run <= o.Run; wanted || now.Sub(d.Outcome.Finished) < unwantedTime {
			continue
		}
		k.config.Log.Info("drops an outcome that no sweep has wanted for a day", "task", o.ID, "run", o.Run)
		k.settle(o)
	}
	k.flush()
}

// trim removes from the queue what was said of settled orders.
func (k *Coordinator) trim(ctx context.Context) error {
	if err := k.config.Queue.TrimOutcomes(ctx); err != nil {
		return err
	}
	for more := true; more; {
		var err error
		if more, err = k.config.Queue.TrimAttempts(ctx, k.isSettled); err != nil {
			return err
		}
	}
	return nil
}

// isSettled says whether nobody waits for an order any more.
func (k *Coordinator) isSettled(id sweeps.ID, run int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, isHeld := k.held[runKey{id, run}]
	t, ok := k.machine.Task(id)
	return !isHeld && (!ok || t.IsSettled() || t.Run > run)
}

// isHeard says whether a worker told lately that it is at an order: then the task is
// being done, queued or not.
func (k *Coordinator) isHeard(id sweeps.ID, run int) bool {
	r := k.running[id]
	return r != nil && r.run == run && time.Since(r.heard) < reconcileEvery
}
