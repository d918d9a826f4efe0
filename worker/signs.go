package worker

import (
	"context"
	"errors"
	"sync"
	"time"

	"eisweep/internal/queue"
	"eisweep/sim"
)

// progressInterval is the time between two words on an attempt's progress.
const progressInterval = time.Second

// signs gives signs of life of the attempt, in goroutines of their own, until ctx
// ends or the function that it returns is called, which waits for them.
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

// heartbeats keeps the task. That the queue doesn't confirm stops nothing: the
// outcome is fenced. Only when it answers again, or the connection was made again, and
// a later attempt has started is the work of no more use.
func (a *attempt) heartbeats(ctx context.Context) {
	missed, connection := false, a.worker.Queue.Connections()
	every(ctx, a.worker.Heartbeat, func() bool {
		if a.idle() > a.worker.Stall {
			a.cancel(errStalled)
			return false
		}
		err := a.beat(ctx)
		lost := errors.Is(err, queue.ErrLeaseLost)
		if err != nil && !lost {
			if !missed && ctx.Err() == nil {
				a.worker.Log.Warn("the queue doesn't confirm that a task is at work; it goes on", "task", a.delivery.Task().ID, "error", err)
			}
			missed = true
			return true
		}
		if now := a.worker.Queue.Connections(); missed || lost || now != connection {
			later, err := a.delivery.Later(ctx)
			if later {
				a.cancel(errSuperseded)
			}
			missed, connection = err != nil, now
		}
		return true
	})
}

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
	every(ctx, progressInterval, func() bool {
		var p sim.Progress
		if last := a.progress.Load(); last != nil {
			p = *last
		}
		a.worker.Queue.PublishProgress(queue.Progress{
			ID: task.ID, Run: task.Run, Attempt: a.number, Worker: a.worker.Name, Host: a.worker.Host,
			Seconds: time.Since(a.started).Seconds(), Sim: p,
		})
		return a.idle() <= a.worker.Stall
	})
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
