package worker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/sim"
)

// elsewhere is the delay of a task whose earlier attempt is still heard.
const elsewhere = time.Minute

// slot takes one task after the other until the intake ends.
func (w *Worker) slot() {
	for w.load.reserve() {
		d, err := w.Queue.Next(w.intake, func() []string { return w.load.fitting(w.Sweeps()) })
		if err != nil {
			if w.intake.Err() == nil {
				w.giveUp(fmt.Errorf("fetch task: %w", err))
			}
			return
		}
		tried, err := w.handle(d)
		if err != nil && w.hard.Err() == nil {
			// The task comes again when its lease has run out.
			w.Log.Error("a task was left to the queue", "task", d.Task().ID, "run", d.Task().Run, "error", err)
		}
		if !tried {
			w.load.unreserve()
		}
	}
}

// handle decides what is to become of a delivery, and reports whether that was an
// attempt.
func (w *Worker) handle(d *queue.Delivery) (tried bool, err error) {
	if w.intake.Err() != nil {
		return false, ignoreLost(d.HandBack(w.hard, 0))
	}
	settled, listen, err := w.settled(d)
	if err != nil {
		return false, err
	}
	if settled {
		return false, ignoreLost(d.Done(w.hard))
	}
	if ok, pause := w.load.take(d.Task(), w.needs(d.Task()), w.Memory); !ok {
		if pause == unfitFirst {
			lack, _ := w.load.lack(w.Memory)
			w.Log.Warn("a task needs more memory than is free here", "task", d.Task().ID, "sweep", d.Task().Sweep, "lack", lack)
		}
		return false, ignoreLost(d.HandBack(w.hard, min(2*pause, unfitAway)))
	}
	defer w.load.put(d.Task().ID)
	if listen > 0 {
		if taken, err := w.examine(d, listen); taken || err != nil {
			return false, err
		}
	}
	return true, w.attempt(d)
}

// needs is the memory that a task takes. An order that cannot be read takes none: it
// is refused when it is run.
func (w *Worker) needs(order *protocol.Task) int64 {
	settings, err := settingsOf(order.Parameters)
	if err != nil {
		return 0
	}
	return sim.Memory(order.Experiment, sim.Resolve(order.Experiment, settings))
}

// examine looks at a task that was in other hands. It reports whether that is all
// that is to be done with it.
func (w *Worker) examine(d *queue.Delivery, listen time.Duration) (taken bool, err error) {
	alive, err := d.Alive(w.intake, listen)
	if w.intake.Err() != nil {
		return true, ignoreLost(d.HandBack(w.hard, 0)) // another has the time to listen
	}
	if err != nil {
		return false, err
	}
	if alive {
		w.Log.Info("a task is still at work elsewhere", "task", d.Task().ID, "again after", elsewhere)
		return true, ignoreLost(d.HandBack(w.hard, elsewhere))
	}
	n, err := d.Attempts(w.hard)
	if err != nil || !w.usedUp(d.Task(), n) || w.isFinished(d.Task(), n) {
		return false, err
	}
	lost := fmt.Errorf("lost: %d attempts ended without a word (killed, out of memory, or cut off); `eisweep run` or `launch` queues it again", n)
	now := time.Now()
	_, err = d.Commit(w.hard, protocol.Outcome{
		Attempt: n, Class: protocol.Lost, Error: lost.Error(), Started: now, Finished: now, Host: w.Host, Worker: w.Name, Version: w.Version,
	})
	if err != nil {
		return true, err
	}
	w.forget(d, n+1)
	return true, ignoreLost(d.Terminate(w.hard))
}

// forget removes the files of the attempts at a settled order before the next one.
func (w *Worker) forget(d *queue.Delivery, next int) {
	if err := w.removeEarlier(d, next); err != nil {
		w.Log.Warn("earlier attempts' files remain", "error", err)
	}
}

// usedUp reports whether a task is given up after n attempts: those count that came
// no further than the ones before.
func (w *Worker) usedUp(task *protocol.Task, n int) bool {
	if n < w.AttemptLimit {
		return false
	}
	last, err := lastKept(w.Root, task.ID, n)
	if err != nil {
		w.Log.Warn("checkpoints cannot be looked for", "task", task.ID, "error", err)
	}
	return n-last >= w.AttemptLimit
}

// attempt announces an attempt and carries it through.
func (w *Worker) attempt(d *queue.Delivery) error {
	n, err := d.Start(w.hard, w.Name, w.Host)
	if err != nil {
		return err
	}
	started := time.Now()
	ctx, cancel := context.WithCancelCause(w.running)
	defer cancel(nil)
	a := &attempt{worker: w, delivery: d, number: n, started: started, cancel: cancel}
	a.touch()
	// The task is this attempt's until it is handed over, also while nobody answers.
	a.silence = a.signs(w.hard)
	defer a.silence()
	out, err := a.run(ctx)
	a.ended.Store(true)
	return w.settle(ctx, a, out, err)
}

// settle hands over what an attempt came to.
func (w *Worker) settle(ctx context.Context, a *attempt, out protocol.Outcome, err error) error {
	switch f := failureOf(err); {
	case err == nil:
		w.storageWorked()
		return w.commit(a, out)
	case errors.Is(context.Cause(ctx), errSuperseded):
		a.silence()
		a.clean()
		return w.leaveTo(a)
	case errors.Is(context.Cause(ctx), errDrained) && errors.Is(err, context.Canceled):
		a.silence()
		a.clean()
		return ignoreLost(a.delivery.HandBack(w.hard, 0))
	case errors.Is(context.Cause(ctx), errStalled):
		return w.retry(a, failure{class: protocol.Lost, err: fmt.Errorf("%w for %v", errStalled, w.Stall)})
	case f.class == protocol.Storage:
		if f.ours {
			w.storageFailed(f.err)
		}
		return w.retry(a, f)
	default:
		return w.commit(a, a.failed(f))
	}
}

// leaveTo leaves the task to the later attempt, which removes what is kept of it when
// it has ended; if it has, this attempt may have kept more since.
func (w *Worker) leaveTo(a *attempt) error {
	settled, err := a.delivery.Settled(w.hard)
	if settled {
		a.saved.removeOwn()
	}
	return err
}

// retry has the task tried again, unless this was the last attempt.
func (w *Worker) retry(a *attempt, f failure) error {
	if w.usedUp(a.delivery.Task(), a.number) {
		return w.commit(a, a.failed(f))
	}
	a.silence()
	a.clean()
	delay := w.Backoff << min(a.number-1, 6)
	w.Log.Warn("an attempt failed and is repeated", "task", a.delivery.Task().ID, "attempt", a.number, "after", delay, "error", f.err)
	return ignoreLost(a.delivery.Retry(w.hard, delay))
}

// commit makes the outcome the order's, or learns that another was first; then
// nothing may remain of this attempt.
func (w *Worker) commit(a *attempt, out protocol.Outcome) error {
	won, err := a.delivery.Commit(w.hard, out)
	a.silence()
	if err != nil {
		return err // it may be committed: the file stays
	}
	w.load.ended()
	if !won || !out.Done() {
		a.clean()
	}
	switch {
	case !won:
		a.saved.removeOwn()
	case out.Done() || out.Class == protocol.Numeric || out.Class == protocol.Invalid:
		a.saved.removeAll() // nothing goes on from there
	}
	w.forget(a.delivery, a.number)
	w.handed.Go(func() { w.acknowledge(a.delivery) })
	return nil
}

// acknowledge removes a task whose outcome is committed from the queue, while its slot
// goes on. If that fails the task comes again, and is found to have an outcome.
func (w *Worker) acknowledge(d *queue.Delivery) {
	if err := ignoreLost(d.Done(w.hard)); err != nil && w.hard.Err() == nil {
		w.Log.Warn("a task that is done stays in the queue for a while", "task", d.Task().ID, "run", d.Task().Run, "error", err)
	}
}

// ignoreLost takes a lost lease for what it is: somebody else does the task, or nobody
// wants it any more.
func ignoreLost(err error) error {
	if errors.Is(err, queue.ErrLeaseLost) {
		return nil
	}
	return err
}

// removeFile removes a file that may be missing.
func removeFile(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
