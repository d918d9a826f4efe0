package coordinator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sweeps"
)

// An attempt has ended when no presence has listed it for quietTicks ticks, or when absentPresences presences
// in a row of its own worker did not list it.
const (
	quietTicks      = 7
	absentPresences = 2
)

// present handles a worker's presence.
func (k *Coordinator) present(p protocol.Presence) {
	now := time.Now()
	k.workers.hear(p, now)
	k.mu.Lock()
	defer k.mu.Unlock()
	listed := map[sweeps.ID]string{}
	for _, a := range p.Attempts {
		listed[a.ID] = a.Token
		if r := k.running[a.ID]; r != nil && r.token == a.Token && k.isRunning(a) {
			r.heard, r.quiet, r.absent, r.upTo = now, 0, 0, 0
		} else {
			k.reappear(p.Name, a)
		}
	}
	for id, r := range k.running {
		if r.Worker != p.Name || listed[id] == r.token {
			continue
		}
		if r.absent++; p.Gone {
			r.absent = absentPresences
		}
		if r.absent >= absentPresences {
			k.errands.add(func(ctx context.Context) { k.endAttempt(ctx, r, "its worker no longer runs it") })
		}
	}
	k.wakeWindow()
}

// reappear handles an attempt that the register does not consider the running one. If nobody has claimed the
// task since the attempt was ended, the attempt continues; otherwise its worker is told to stop it.
func (k *Coordinator) reappear(worker string, a protocol.Attempt) {
	e := k.register[runKey{a.ID, a.Run}]
	t, ok := k.machine.Task(a.ID)
	wanted := ok && t.Run == a.Run && len(t.Sweeps) > 0 && (t.Phase == lifecycle.Pending || t.Phase == lifecycle.Queued)
	switch {
	case e.Token == a.Token && e.Event == protocol.EventEnded && wanted:
		k.errands.add(func(ctx context.Context) { k.setBack(ctx, e) })
	case e.Token != "" && (e.Token != a.Token || e.Event != protocol.EventStarted):
		k.errands.add(func(context.Context) { k.sendStop(worker, a) })
	case e.Token == a.Token && !wanted && k.mayStop() && !k.isRunning(a):
		k.errands.add(func(ctx context.Context) { k.stopUnwanted(ctx, e) })
	}
}

// mayStop reports whether it is known which attempts no sweep wants: no launch is under way, and no sweep waits
// to be resumed.
func (k *Coordinator) mayStop() bool {
	for _, f := range k.faults.list {
		if f.restart {
			return false
		}
	}
	return k.machine.Launches() == 0
}

// isRunning reports whether the machine considers an attempt the running one.
func (k *Coordinator) isRunning(a protocol.Attempt) bool {
	t, ok := k.machine.Task(a.ID)
	return ok && t.Run == a.Run && (t.Phase == lifecycle.Running && t.Token == a.Token || t.Phase == lifecycle.Placing)
}

// setBack enters an attempt that was ended too early in the register again.
func (k *Coordinator) setBack(ctx context.Context, e queue.Entry) {
	e.Event, e.At = protocol.EventStarted, time.Now()
	if _, err := k.config.Queue.Note(ctx, e.AttemptEvent, e.Sequence); err != nil && !errors.Is(err, queue.ErrOutdated) {
		k.config.Log.Debug("enter an attempt again", "task", e.ID, "error", err)
		return
	}
	k.config.Log.Info("an attempt that was not heard from is back and continues", "task", e.ID, "worker", e.Worker)
}

// stopUnwanted ends an attempt at a task that no sweep wants, or that is settled, and has its worker stop it.
func (k *Coordinator) stopUnwanted(ctx context.Context, e queue.Entry) {
	k.mu.Lock()
	last := k.register[runKey{e.ID, e.Run}]
	stop := last.Sequence == e.Sequence && last.Event == protocol.EventStarted && !k.isRunning(protocol.Attempt{ID: e.ID, Run: e.Run, Token: e.Token})
	k.mu.Unlock()
	if !stop {
		return
	}
	over := e.AttemptEvent
	over.Event, over.At = protocol.EventEnded, time.Now()
	if _, err := k.config.Queue.Note(ctx, over, e.Sequence); err != nil {
		return // its worker's next presence shows whether it still runs
	}
	k.sendStop(e.Worker, protocol.Attempt{ID: e.ID, Run: e.Run, Token: e.Token})
}

func (k *Coordinator) sendStop(worker string, a protocol.Attempt) {
	if err := k.config.Queue.SendCommand(worker, protocol.Command{Verb: protocol.Stop, ID: a.ID, Run: a.Run, Token: a.Token}); err != nil {
		k.config.Log.Debug("stop an attempt", "task", a.ID, "error", err)
	}
}

// watchAttempts counts ticks for every running attempt, until the coordinator stops. It reads no clock: a tick
// counts only if a message of the coordinator to itself came back within it, on the path of presences. So a
// coordinator that was cut off or suspended ends no attempts.
func (k *Coordinator) watchAttempts(ctx context.Context) {
	tick := time.NewTicker(k.config.Tick)
	defer tick.Stop()
	gaps := k.config.Queue.Gaps()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		counts := false
		if gaps, counts = k.hears(ctx, gaps); counts {
			k.deaf.Store(0)
			k.countTick(ctx)
		} else if k.deaf.Add(1) == quietTicks && ctx.Err() == nil {
			k.config.Log.Warn("nothing is heard from NATS: no attempt is given up before that is repaired", "for", k.patience())
		}
	}
}

// hears reports whether the coordinator has received its own message within a tick, and has missed nothing
// since the number of gaps was as given.
func (k *Coordinator) hears(ctx context.Context, gaps uint64) (now uint64, ok bool) {
	limited, cancel := context.WithTimeout(ctx, k.config.Tick)
	defer cancel()
	err := k.config.Queue.Echo(limited)
	now = k.config.Queue.Gaps()
	return now, err == nil && now == gaps
}

// patience is how long an attempt may be silent before it is ended.
func (k *Coordinator) patience() time.Duration { return quietTicks * k.config.Tick }

// countTick counts a tick, and ends the attempts that have been silent for too many.
func (k *Coordinator) countTick(ctx context.Context) {
	k.mu.Lock()
	var silent []*attempt
	for _, r := range k.running {
		if r.quiet++; r.quiet >= quietTicks && k.failure == nil {
			silent = append(silent, r)
		}
	}
	k.mu.Unlock()
	for _, r := range silent {
		k.endAttempt(ctx, r, fmt.Sprintf("nothing was heard from it for %v", k.patience()))
	}
}

// endAttempt ends an attempt whose worker is gone. Its loss is recorded before the register says that it has
// ended.
func (k *Coordinator) endAttempt(ctx context.Context, r *attempt, why string) {
	k.mu.Lock()
	if k.running[r.ID] != r || r.quiet < quietTicks && r.absent < absentPresences {
		k.mu.Unlock()
		return
	}
	e := k.register[runKey{r.ID, r.run}]
	k.mu.Unlock()
	if e.Token != r.token || e.Event != protocol.EventStarted || !k.ownsRoot() || !k.isWithoutOutcome(ctx, r) {
		return
	}
	if !k.hasCheckpoint(r.ID, r.token) {
		if err := k.losses.add(lossOf(e, protocol.Lost, why)); err != nil {
			k.config.Log.Error("a lost attempt cannot be put on record, and is not ended", "task", r.ID, "error", err)
			return
		}
	}
	over := e.AttemptEvent
	over.Event, over.At = protocol.EventEnded, time.Now()
	seq, err := k.config.Queue.Note(ctx, over, e.Sequence)
	if err != nil {
		k.config.Log.Debug("end an attempt", "task", r.ID, "error", err)
		return // the next tick tries again, unless the register has another event
	}
	k.config.Log.Warn("an attempt has ended without a word, and its task is executed again", "task", r.ID, "run", r.run, "attempt", r.Attempt, "worker", r.Worker, "why", why)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.register[runKey{r.ID, r.run}] = queue.Entry{AttemptEvent: over, Sequence: seq}
	if k.running[r.ID] != r {
		return
	}
	delete(k.running, r.ID)
	k.stepEnded(over, protocol.Lost, lossReason(r.Attempt))
	k.flush()
	k.wakeWindow()
}

// isWithoutOutcome reports whether an attempt that is no longer heard from has committed no outcome, once all
// outcomes committed since it was last heard from have been taken. The next tick or presence asks again.
func (k *Coordinator) isWithoutOutcome(ctx context.Context, r *attempt) bool {
	last, err := k.config.Queue.LastOutcome(ctx)
	if err != nil {
		k.config.Log.Debug("end an attempt", "task", r.ID, "error", err)
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if r.upTo == 0 || last < r.upTo { // the one that was waited for may have been acknowledged by the coordinator before this one
		r.upTo = max(last, 1)
	}
	if k.taken < r.upTo && r.upTo > 1 {
		return false
	}
	t, ok := k.machine.Task(r.ID)
	return ok && t.Phase == lifecycle.Running && t.Run == r.run && t.Token == r.token
}

// lossReason is the error of a task whose last attempt was lost.
func lossReason(attempts int) string {
	return fmt.Sprintf("lost: %d attempts ended without a word (killed, out of memory, or cut off); `eisweep run` or `launch` queues it again", attempts)
}
