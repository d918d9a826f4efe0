package worker

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"sync/atomic"
	"time"

	"eisweep/internal/folder"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/internal/root"
	"eisweep/sim"
)

// attempt is one execution of an order.
type attempt struct {
	worker   *Worker
	delivery *queue.Delivery
	number   int
	started  time.Time
	cancel   context.CancelCauseFunc

	silence  func()                       // ends the signs of life; may be called again
	saved    *Checkpoints                 // nil before the runner is called
	progress atomic.Pointer[sim.Progress] // the last
	moved    atomic.Int64                 // when there was progress, as time since started
	isIdle   bool                         // there was no progress for too long at the last look
	stopped  atomic.Int64                 // how long this process did nothing at all since started
	ended    atomic.Bool                  // the task is run: what remains is to commit the outcome
}

// run executes the task and returns its outcome if it has a result.
func (a *attempt) run(ctx context.Context) (out protocol.Outcome, err error) {
	task := a.delivery.Task()
	log, err := openLog(a.worker.Root.Log(task.ID, task.Run, a.number))
	if err != nil {
		return out, err
	}
	log.say("task %s, run %d, attempt %d on %s by %s, version %s", task.ID, task.Run, a.number, a.worker.Host, a.worker.Name, a.worker.Version)
	if out, found := a.takeOver(ctx, log); found {
		return out, log.close()
	}
	receipt, err := a.execute(ctx, task, log)
	if err != nil {
		log.say("ended: %v", err)
		log.close()
		return out, err
	}
	if err := root.ShareFile(a.incoming()); err != nil {
		log.close()
		return out, fmt.Errorf("share result: %w", err)
	}
	log.say("result of %d bytes, digest %s", receipt.Bytes, receipt.Digest)
	if err := log.close(); err != nil {
		return out, err
	}
	out = a.outcome()
	out.SHA256, out.Digest, out.Bytes = receipt.SHA256, receipt.Digest, receipt.Bytes
	return out, nil
}

// execute calls the runner. A panic in it is this task's end, not the worker's:
// the same task would panic again, so it counts as one that cannot be run.
func (a *attempt) execute(ctx context.Context, task *protocol.Task, log *attemptLog) (receipt results.Receipt, err error) {
	defer func() {
		if p := recover(); p != nil {
			log.say("panic: %v\n%s", p, debug.Stack())
			err = &panicError{p}
		}
	}()
	job, err := newJob(ctx, a.worker.Root, task)
	if err != nil {
		return receipt, err
	}
	defer job.close()
	job.Path = a.incoming()
	if err := a.removeStale(); err != nil {
		return receipt, fmt.Errorf("remove an earlier attempt's file: %w", err)
	}
	a.saved = a.checkpoints(log)
	job.Checkpoints, job.Spare = a.saved, a.worker.cores.lend
	defer a.saved.close()
	defer a.worker.cores.hold()()
	phase := ""
	return a.worker.Runner.Run(ctx, job, func(p sim.Progress) {
		if p.Phase != phase {
			phase = p.Phase
			log.say("%s", phase)
		}
		a.progress.Store(&p)
		a.touch()
	})
}

func (a *attempt) touch() { a.moved.Store(int64(time.Since(a.started))) }

// idle is how long there was no progress. An outcome that waits to be committed is no stall.
func (a *attempt) idle() time.Duration {
	if a.ended.Load() {
		return 0
	}
	return time.Since(a.started) - time.Duration(a.moved.Load())
}

func (a *attempt) incoming() string {
	task := a.delivery.Task()
	return a.worker.Root.Incoming(task.ID, task.Run, a.number)
}

// removeStale removes what a crash left under the name: the number of an attempt
// that was handed back is given again.
func (a *attempt) removeStale() error {
	parts, err := filepath.Glob(folder.Literal(a.incoming()) + ".*.part")
	if err != nil {
		return err
	}
	for _, name := range append(parts, a.incoming()) {
		if err := removeFile(name); err != nil {
			return err
		}
	}
	return nil
}

// clean removes the attempt's result; what cannot be removed now is found by the
// next attempt or the coordinator.
func (a *attempt) clean() {
	if err := a.removeStale(); err != nil {
		a.worker.Log.Warn("an attempt's file remains", "error", err)
	}
}

// outcome is what every outcome of the attempt says.
func (a *attempt) outcome() protocol.Outcome { return a.outcomeOf(a.delivery.Task()) }

func (a *attempt) outcomeOf(task *protocol.Task) protocol.Outcome {
	w := a.worker
	return protocol.Outcome{
		ID: task.ID, Run: task.Run, Attempt: a.number,
		// The clock may be set meanwhile; the duration is right all the same. Time in which the
		// process was suspended counts as if it was before the start.
		Started: a.started.Add(time.Duration(a.stopped.Load())), Finished: a.started.Round(0).Add(time.Since(a.started)),
		Spent: a.saved.earlier(),
		Host:  w.Host, Worker: w.Name, Version: w.Version,
	}
}

func (a *attempt) failed(f failure) protocol.Outcome {
	out := a.outcome()
	out.Class, out.Error = f.class, f.err.Error()
	return out
}
