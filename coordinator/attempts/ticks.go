package attempts

import (
	"context"
	"fmt"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/events"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
)

// Watch counts ticks for every running attempt, until ctx ends. It reads no clock: a tick counts only if a message
// of the coordinator to itself came back within it, on the path of presences. So a coordinator that was cut off or
// suspended ends no attempts.
func (t *Tracker) Watch(ctx context.Context) {
	tick := time.NewTicker(t.config.Tick)
	defer tick.Stop()
	gaps := t.config.Queue.Gaps()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		counts := false
		if gaps, counts = t.ReceivesEcho(ctx, gaps); counts {
			t.missedEchoes.Store(0)
			t.CountTick(ctx)
		} else if t.missedEchoes.Add(1) == QuietTicks && ctx.Err() == nil {
			t.config.Log.Warn("nothing arrives from NATS; no attempt is ended until it does", "for", t.SilenceLimit())
		}
	}
}

// ReceivesEcho reports whether the coordinator has received its own message within a tick, and has missed nothing
// since the number of gaps was as given.
func (t *Tracker) ReceivesEcho(ctx context.Context, gaps uint64) (now uint64, ok bool) {
	limited, cancel := context.WithTimeout(ctx, t.config.Tick)
	defer cancel()
	err := t.config.Queue.Echo(limited)
	now = t.config.Queue.Gaps()
	return now, err == nil && now == gaps
}

// MissedEchoes is for how many ticks in a row the coordinator has not received its own message.
func (t *Tracker) MissedEchoes() int { return int(t.missedEchoes.Load()) }

// SilenceLimit is how long an attempt may be silent before it is ended.
func (t *Tracker) SilenceLimit() time.Duration { return QuietTicks * t.config.Tick }

// CountTick counts a tick, and ends the attempts that have been silent for too many.
func (t *Tracker) CountTick(ctx context.Context) {
	for _, w := range t.config.Workers.CountTick(time.Now()) {
		t.config.Core.Record(events.Event{Kind: events.WorkerSilent, Worker: w.Name, Host: w.Host, Since: w.Since})
	}
	t.config.Core.Lock()
	var silent []*Attempt
	for _, r := range t.running {
		if r.quiet++; r.quiet >= QuietTicks && t.config.Core.Failure() == nil {
			silent = append(silent, r)
		}
	}
	t.config.Core.Unlock()
	for _, r := range silent {
		t.endAttempt(ctx, r, fmt.Sprintf("it has sent nothing for %v", t.SilenceLimit()))
	}
}

// endAttempt ends an attempt whose worker is gone. Its loss is recorded before the register says that it has
// ended.
func (t *Tracker) endAttempt(ctx context.Context, r *Attempt, why string) {
	t.config.Core.Lock()
	if t.running[r.ID] != r || r.quiet < QuietTicks && r.absent < absentPresences {
		t.config.Core.Unlock()
		return
	}
	e := t.register[run{r.ID, r.Run}]
	t.config.Core.Unlock()
	if e.Token != r.Token || e.Event != protocol.EventStarted || !t.config.Core.OwnsRoot() || !t.isWithoutOutcome(ctx, r) {
		return
	}
	if !t.hasCheckpoint(r.ID, r.Token) {
		if err := t.losses.add(lossOf(e, protocol.Lost, why)); err != nil {
			t.config.Log.Error("a lost attempt cannot be recorded, and is not ended", "task", r.ID, "error", err)
			return
		}
	}
	over := e.AttemptEvent
	over.Event, over.At = protocol.EventEnded, time.Now()
	seq, err := t.config.Queue.Register.Note(ctx, over, e.Sequence)
	if err != nil {
		t.config.Log.Debug("end an attempt", "task", r.ID, "error", err)
		return // the next tick tries again, unless the register has another event
	}
	t.config.Core.Lock()
	defer t.config.Core.Unlock()
	ended := events.Event{Why: why}
	if r.quiet >= QuietTicks {
		ended.Since = r.Heard
	}
	t.record(events.AttemptTakenOver, e, ended)
	t.register[run{r.ID, r.Run}] = queue.Entry{AttemptEvent: over, Sequence: seq}
	if t.running[r.ID] != r {
		return
	}
	t.remove(r)
	t.stepEnded(over, protocol.Lost, lossReason(r.Attempt))
	t.config.Core.Flush()
	t.config.Core.Refill()
}

// isWithoutOutcome reports whether an attempt that has fallen silent has committed no outcome, once all
// outcomes committed since it last reported have been taken. The next tick or presence asks again.
func (t *Tracker) isWithoutOutcome(ctx context.Context, r *Attempt) bool {
	last, err := t.config.Queue.LastOutcome(ctx)
	if err != nil {
		t.config.Log.Debug("end an attempt", "task", r.ID, "error", err)
		return false
	}
	t.config.Core.Lock()
	defer t.config.Core.Unlock()
	if r.UpTo == 0 || last < r.UpTo { // the one that was waited for may have been acknowledged by the coordinator before this one
		r.UpTo = max(last, 1)
	}
	if t.config.Core.LastOutcome() < r.UpTo && r.UpTo > 1 {
		return false
	}
	is, ok := t.config.Core.Machine().Task(r.ID)
	return ok && is.Phase == lifecycle.Running && is.Run == r.Run && is.Token == r.Token
}

// lossReason is the error of a task whose last attempt was lost.
func lossReason(attempts int) string {
	return fmt.Sprintf(
		"lost: %d attempts ended without an outcome (killed, out of memory, or cut off); `eisweep run` or `launch` queues it again",
		attempts,
	)
}
