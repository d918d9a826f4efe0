package worker

import (
	"context"
	"errors"
	"sync"
	"time"

	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sim"
)

// progressInterval is the time between two words on an attempt's progress.
const progressInterval = time.Second

// signs gives signs of life of the attempt, in goroutines of their own, until ctx
// ends or the function that it returns is called, which waits for them and may be called again.
func (a *attempt) signs(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var both sync.WaitGroup
	both.Go(func() { a.heartbeats(ctx) })
	both.Go(func() { a.tell(ctx) })
	return func() {
		cancel()
		both.Wait()
	}
}

// gapBeats is after how many heartbeats that were not sent in time the task may be another's:
// half a lease, as it is three times as long in all.
const gapBeats = 3

// heartbeats keeps the task. That the queue doesn't confirm stops nothing: the
// outcome is fenced. Only when it answers again, the connection was made again, or this process
// or its machine was suspended, and a later attempt has started is the work of no more use.
// After a suspension the runner needs time to show progress: a stall shows twice in a row.
func (a *attempt) heartbeats(ctx context.Context) {
	missed, connection := false, a.worker.Queue.Connections()
	last := wallClock()
	every(ctx, a.worker.Heartbeat, func() bool {
		if a.stalls() {
			a.cancel(errStalled)
			return false
		}
		gap := a.suspended(&last)
		err := a.beat(ctx)
		lost := errors.Is(err, queue.ErrLeaseLost)
		if err != nil && !lost {
			if !missed && ctx.Err() == nil {
				a.worker.Log.Warn("the queue doesn't confirm that a task is at work; it goes on", "task", a.delivery.Task().ID, "error", err)
			}
			missed = true
			return true
		}
		if now := a.worker.Queue.Connections(); missed || lost || gap || now != connection {
			later, err := a.delivery.Later(ctx)
			if later {
				a.cancel(errSuperseded)
				return false
			}
			missed, connection = err != nil, now
		}
		return true
	})
}

// stalls reports whether the attempt made no progress for too long, now and at the look before.
func (a *attempt) stalls() bool {
	before := a.isIdle
	a.isIdle = a.idle() > a.worker.Stall
	return before && a.isIdle
}

// suspended reports whether so much time has passed since the last heartbeat that the task may
// have been given to another worker.
func (a *attempt) suspended(last *time.Time) bool {
	now := wallClock()
	gap := now.Sub(*last).Abs()
	*last = now
	return gap > gapBeats*a.worker.Heartbeat
}

// wallClock is the time of day without the monotonic clock, which stands still while the machine
// is suspended. Tests suspend by it.
var wallClock = func() time.Time { return time.Now().Round(0) }

// beat gives up before the next beat is due, to look at the progress again.
func (a *attempt) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, a.worker.Heartbeat)
	defer cancel()
	return a.delivery.Heartbeat(ctx)
}

// tell publishes the progress, changed or not: it is also how another worker, to
// which the task is delivered by mistake, hears that it is being done.
func (a *attempt) tell(ctx context.Context) {
	task := a.delivery.Task()
	last := time.Now()
	every(ctx, progressInterval, func() bool {
		a.rest(time.Since(last))
		last = time.Now()
		var p sim.Progress
		if last := a.progress.Load(); last != nil {
			p = *last
		}
		a.worker.Queue.PublishProgress(protocol.Progress{
			ID: task.ID, Run: task.Run, Attempt: a.number, Worker: a.worker.Name, Host: a.worker.Host,
			Seconds: a.worked().Seconds(), Sim: p,
		})
		return a.idle() <= a.worker.Stall
	})
}

// longestTick is the longest time between two progress messages on a busy machine. After a longer
// one the process was suspended: by SIGSTOP, a batch system or a virtual machine.
const longestTick = 3 * progressInterval

// rest takes in how long it was since the last word on progress.
func (a *attempt) rest(since time.Duration) {
	if since > longestTick {
		a.stopped.Add(int64(since - progressInterval))
	}
}

// worked is how long the attempt has run, without the time in which the process was suspended.
func (a *attempt) worked() time.Duration {
	return time.Since(a.started) - time.Duration(a.stopped.Load())
}

// every calls f at each interval until ctx ends or f returns false.
func every(ctx context.Context, interval time.Duration, f func() bool) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if !f() {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
