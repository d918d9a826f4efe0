package worker

import (
	"context"
	"fmt"
	"sync"
	"time"

	"eisweep/internal/protocol"
	"eisweep/sim"
)

// watchInterval is the time between two looks at an attempt, each of which reports its progress.
const watchInterval = time.Second

// askTime bounds how long an attempt waits for the register before it looks at its progress again.
const askTime = 10 * time.Second

// startWatching reports the attempt's progress and notices a stall, and that the attempt is over, until ctx ends
// or stop is called, which waits for it.
func (a *attempt) startWatching(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	look := a.inspector(ctx)
	watching.Go(func() { every(ctx, watchInterval, look) })
	return func() {
		cancel()
		watching.Wait()
	}
}

// inspector returns the function that runs at each interval. It reports whether it is to run again.
func (a *attempt) inspector(ctx context.Context) func() bool {
	last, connection := time.Now(), a.worker.Queue.Connections()
	return func() bool {
		a.noteSuspension(time.Since(last))
		last = time.Now()
		if now := a.worker.Queue.Connections(); now != connection {
			connection = now
			a.mustCheck.Store(true)
		}
		a.checkRegister(ctx)
		last = last.Add(min(time.Since(last), askTime)) // to wait for an answer is no suspension
		if a.isStalled() {
			a.cancel(errStalled)
			_ = a.returnStalled() // who settles the attempt gets the same error
			return false
		}
		a.publishProgress()
		return true
	}
}

// checkRegister asks the register whether the attempt is over, if there is reason to, and stops the attempt if so. If the
// register has lost the attempt, this enters it again. An attempt that was ended and not replaced by another is stopped
// only if the coordinator says so: once it receives heartbeats of the worker again, it may let the attempt continue.
func (a *attempt) checkRegister(ctx context.Context) {
	if !a.mustCheck.Swap(false) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	ordered, look := a.stopOrdered.Swap(false), a.claim.IsReplaced
	if ordered {
		look = a.claim.IsOver
	}
	over, err := look(ctx)
	if err != nil {
		a.stopOrdered.CompareAndSwap(false, ordered)
		a.mustCheck.Store(true)
	}
	if over {
		a.cancel(errOver)
	}
}

// isStalled reports whether there was no progress for too long. An outcome that waits to be committed is not a
// stall.
func (a *attempt) isStalled() bool {
	return !a.ended.Load() && a.worked()-time.Duration(a.progressAt.Load()) > a.worker.StallTimeout
}

// returnTaskStalled gives the task up without waiting for its computation to end, because the computation may hang.
func (a *attempt) returnTaskStalled() error {
	w := a.worker
	reason := fmt.Sprintf("%v for %v", errStalled, w.StallTimeout)
	a.log().Warn("an attempt is given up", "error", reason)
	if err := a.claim.Return(w.ctx, protocol.Lost, reason); err != nil {
		return err
	}
	w.attempts.leave(a)
	return nil
}

// publishProgress publishes the progress, changed or not.
func (a *attempt) publishProgress() {
	var p sim.Progress
	if last := a.progress.Load(); last != nil {
		p = *last
	}
	a.worker.Queue.PublishProgress(protocol.Progress{
		ID: a.task.ID, Run: a.task.Run, Token: a.token(), Worker: a.worker.Name, Host: a.worker.Host,
		Seconds: a.worked().Seconds(), Sim: p,
	})
}

// touch notes that there was progress.
func (a *attempt) touch() { a.progressAt.Store(int64(a.worked())) }

// longestTick is the longest time between two looks on a busy machine. After a longer one the process
// was suspended: by SIGSTOP, a batch system or a virtual machine.
const longestTick = 3 * watchInterval

// noteSuspension takes into account how long it was since the last look.
func (a *attempt) noteSuspension(since time.Duration) {
	if since > longestTick {
		a.suspended.Add(int64(since - watchInterval))
	}
}

// worked is how long the attempt has run, without the time in which the process was suspended.
func (a *attempt) worked() time.Duration {
	return time.Since(a.started) - time.Duration(a.suspended.Load())
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
