package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"eisweep/internal/protocol"
	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/internal/root"
	"eisweep/sim"
)

// attempt is one execution of a claimed task.
type attempt struct {
	worker  *Worker
	task    *protocol.TaskMessage
	claim   *queue.Attempt
	started time.Time
	cancel  context.CancelCauseFunc

	returnStalled func() error // runs once, whoever calls it

	cpuTime func() time.Duration // of this attempt so far; nil before run

	saved       *Checkpoints                 // nil before the runner is called
	progress    atomic.Pointer[sim.Progress] // the last report
	progressAt  atomic.Int64                 // worked() at the last progress
	suspended   atomic.Int64                 // nanoseconds in which this process was suspended since started
	ended       atomic.Bool                  // the runner has returned: only the outcome is left to commit
	mustCheck   atomic.Bool                  // whether to look the attempt up in the register
	stopOrdered atomic.Bool                  // whether the coordinator has sent stop for it
}

func newAttempt(w *Worker, task *protocol.TaskMessage, claim *queue.Attempt, cancel context.CancelCauseFunc) *attempt {
	a := &attempt{worker: w, task: task, claim: claim, started: time.Now(), cancel: cancel}
	a.returnStalled = sync.OnceValue(a.returnTaskStalled)
	return a
}

func (a *attempt) token() string { return a.claim.Name().Token }

// log is the worker's log, whose lines name the attempt as the coordinator's do.
func (a *attempt) log() *slog.Logger {
	return a.worker.Log.With("task", a.task.ID, "run", a.task.Run, "attempt", a.task.Attempt, "token", a.token())
}

// incoming is the path of the result.
func (a *attempt) incoming() string {
	return a.worker.Root.Incoming(a.task.ID, a.task.Run, a.token())
}

// run executes the task and returns its outcome if it has a result.
func (a *attempt) run(ctx context.Context) (out protocol.Outcome, err error) {
	w := a.worker
	used, end := w.cpu.begin()
	defer end()
	a.cpuTime = used
	log, err := openLog(w.Root.Log(a.task.ID, a.task.Run, a.token()))
	if err != nil {
		return out, err
	}
	// Without the number of the attempt: `eisweep logs` counts the logs, and the order counts the attempts that were lost.
	log.printf("task %s, run %d, token %s on %s by %s, version %s", a.task.ID, a.task.Run, a.token(), w.Host, w.Name, w.Version)
	if out, found := a.adopt(ctx, log); found {
		return out, log.close()
	}
	receipt, err := a.execute(ctx, log)
	if err != nil {
		log.printf("ended: %v", whyEnded(ctx, err))
		log.close()
		return out, err
	}
	if err := root.ShareFile(a.incoming()); err != nil {
		log.close()
		return out, fmt.Errorf("share result: %w", err)
	}
	log.printf("result of %d bytes, digest %s", receipt.Bytes, receipt.Digest)
	if err := log.close(); err != nil {
		return out, err
	}
	out = a.outcome()
	out.SHA256, out.Digest, out.Bytes, out.Quality = receipt.SHA256, receipt.Digest, receipt.Bytes, receipt.Quality
	out.CPU, out.Steps = a.cost()
	return out, nil
}

// execute calls the runner. A panic in it ends this task, not the worker. The same task would panic again, so
// it counts as one that cannot be run.
func (a *attempt) execute(ctx context.Context, log *attemptLog) (receipt results.Receipt, err error) {
	defer func() {
		if p := recover(); p != nil {
			log.printf("panic: %v\n%s", p, debug.Stack())
			err = &panicError{p}
		}
	}()
	job, err := newJob(ctx, a.worker.Root, a.task)
	if err != nil {
		return receipt, err
	}
	defer job.close()
	job.Path = a.incoming()
	a.saved = a.checkpoints(log)
	job.Trained = func(t sim.TrialCourse) { log.printf("%s", t.String()) }
	job.Checkpoints, job.Cores = a.saved, a.worker.cores.tryAcquire
	defer a.saved.close()
	defer a.worker.cores.acquire()()
	phase := ""
	return a.worker.Runner.Run(ctx, job, func(p sim.Progress) {
		if p.Phase != phase {
			phase = p.Phase
			log.printf("%s", phase)
		}
		a.progress.Store(&p)
		a.touch()
	})
}

// whyEnded is the error of an attempt, or, if the attempt was only cancelled, for what reason.
func whyEnded(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.Canceled) {
		return cause
	}
	return err
}

// discard removes the files of the attempt, except its log, because another attempt's outcome counts.
func (a *attempt) discard() {
	a.removeResult()
	a.saved.removeOwn()
}

// removeResult removes the attempt's result, if it has one.
func (a *attempt) removeResult() { a.remove(a.incoming()) }

func (a *attempt) remove(name string) {
	if err := removeFile(name); err != nil {
		a.log().Warn("a file of an attempt remains", "error", err)
	}
}

// cost returns the CPU time of a whole computation and its Euler steps. The CPU time of earlier attempts is not known: 0 after a
// checkpoint.
func (a *attempt) cost() (cpu time.Duration, steps int64) {
	if a.saved.earlier() == 0 {
		cpu = a.cpuTime()
	}
	if p := a.progress.Load(); p != nil {
		steps = p.Steps
	}
	return cpu, steps
}

// outcome returns the fields that every outcome of the attempt has.
func (a *attempt) outcome() protocol.Outcome {
	w := a.worker
	return protocol.Outcome{
		// The clock may be set meanwhile; the duration is right all the same. Time in which the
		// process was suspended counts as if it was before the start.
		Started: a.started.Add(time.Duration(a.suspended.Load())), Finished: a.started.Round(0).Add(time.Since(a.started)),
		Spent: a.saved.earlier(),
		Host:  w.Host, Worker: w.Name, Version: w.Version,
	}
}

func (a *attempt) failed(f failure) protocol.Outcome {
	out := a.outcome()
	out.Class, out.Error = f.class, f.err.Error()
	return out
}
