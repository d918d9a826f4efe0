package worker

import (
	"context"
	"errors"
	"fmt"
	"os"

	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sim"
)

// slot executes one task after another until the intake ends.
func (w *Worker) slot() {
	for w.load.reserve() {
		d, err := w.fetch()
		if err != nil {
			if w.fetchCtx.Err() == nil {
				w.abort(fmt.Errorf("fetch task: %w", err))
			}
			return
		}
		claimed, err := w.handle(d)
		if err != nil && w.ctx.Err() == nil {
			w.Log.Error("a task is left to the coordinator", "task", d.Task().ID, "run", d.Task().Run, "error", err)
		}
		if !claimed {
			w.load.unreserve()
		}
	}
}

// fetch waits until there may be memory for another task, and then for one.
func (w *Worker) fetch() (*queue.Delivery, error) {
	if err := w.load.wait(w.fetchCtx); err != nil {
		return nil, err
	}
	return w.Queue.Next(w.fetchCtx)
}

// handle claims an order and executes its task. It reports whether the claim succeeded.
func (w *Worker) handle(d *queue.Delivery) (claimed bool, err error) {
	if w.fetchCtx.Err() != nil {
		return false, d.Leave()
	}
	needs := w.needs(d.Task())
	if lack := w.load.admit(needs); lack != "" {
		w.Log.Info("a task needs more memory than is free here", "task", d.Task().ID, "sweep", d.Task().Sweep, "lack", lack)
		return false, d.Refuse(w.ctx, w.Name, w.Host, lack)
	}
	defer w.load.release(needs)
	verdict, claim, err := d.Admit(w.ctx, w.Name, w.Host)
	if err != nil || verdict != queue.Execute {
		return false, err
	}
	return true, w.attempt(d.Task(), claim)
}

// needs is the memory that a task takes. An order that cannot be understood takes none: it fails when
// it is run.
func (w *Worker) needs(order *protocol.TaskMessage) int64 {
	if order.Parameters.Check() != nil {
		return 0
	}
	return sim.Memory(order.Experiment, sim.Resolve(order.Experiment, order.Parameters))
}

// attempt carries a claimed task through.
func (w *Worker) attempt(task *protocol.TaskMessage, claim *queue.Attempt) error {
	ctx, cancel := context.WithCancelCause(w.workCtx)
	defer cancel(nil)
	a := newAttempt(w, task, claim, cancel)
	w.attempts.enter(a)
	defer w.attempts.leave(a)
	defer a.startWatching(w.ctx)()
	out, err := a.run(ctx)
	a.ended.Store(true)
	return w.settle(ctx, a, out, err)
}

// settle commits the outcome of an attempt, or returns its task.
func (w *Worker) settle(ctx context.Context, a *attempt, out protocol.Outcome, err error) error {
	cause := context.Cause(ctx)
	switch f := failureOf(err); {
	case err == nil:
		w.storageWorked()
		return w.commit(a, out)
	case errors.Is(cause, errOver):
		a.discard()
		a.stopped(cause)
		return nil
	case errors.Is(cause, errDrained) && errors.Is(err, context.Canceled):
		a.removeResult()
		return a.claim.Return(w.ctx, "", cause.Error())
	case errors.Is(cause, errStalled):
		a.removeResult()
		return a.returnStalled()
	case f.class == protocol.Storage:
		return w.returnFailed(a, f)
	default:
		return w.commit(a, a.failed(f))
	}
}

// stopped logs that the attempt's result does not count.
func (a *attempt) stopped(reason error) {
	a.log().Warn("an attempt was stopped", "reason", reason)
}

// returnFailed gives up a task because storage failed; the coordinator decides whether it is tried again. An
// attempt that another has replaced may have failed because that one removed its files. One that the coordinator has
// ended, and that nobody has replaced, leaves its checkpoint for the next one.
func (w *Worker) returnFailed(a *attempt, f failure) error {
	a.removeResult()
	replaced, err := a.claim.IsReplaced(w.ctx)
	if err != nil {
		return err
	}
	if replaced {
		a.discard()
		a.stopped(errReplaced)
		return nil
	}
	if f.ours {
		w.storageFailed(f.err)
	}
	a.log().Warn("an attempt failed", "error", f.err)
	return a.claim.Return(w.ctx, f.class, f.err.Error())
}

// commit makes the outcome the run's, or learns that another came first; then nothing but the log remains of
// this attempt.
func (w *Worker) commit(a *attempt, out protocol.Outcome) error {
	won, err := a.claim.Commit(w.ctx, out)
	if err != nil {
		return err // it may be committed: the file stays
	}
	w.load.ended()
	if !won {
		a.discard()
		a.stopped(errReplaced)
		return nil
	}
	w.Meters.Committed(a.task.Experiment, &out, out.Finished.Sub(out.Started))
	if !out.Done() {
		a.removeResult()
	}
	a.saved.removeOwn()
	a.removeEarlier()
	return nil
}

// removeFile removes a file that may be missing.
func removeFile(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
