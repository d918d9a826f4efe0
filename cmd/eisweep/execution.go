package main

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/coordinator/plan"
	"eisweep/internal/natsserver"
	"eisweep/worker"
)

// execution carries an order out, from the lock to the last line.
type execution struct {
	workers   int
	supersede bool
	asJSON    bool
	order     plan.Request
}

func (x *execution) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&x.workers, "workers", runtime.GOMAXPROCS(0), "tasks at a time (default: the cores available)")
	f.BoolVar(&x.supersede, "supersede", false, "move result files of other tasks that are in the way to superseded/")
	f.BoolVar(&x.asJSON, "json", false, "write events as JSON, one object per line")
	f.Lookup("workers").DefValue = "0" // else help shows this machine's cores
}

// execute opens a session, launches the order and sees it to its end. The error
// holds all that the exit code depends on.
func (x *execution) execute(ctx context.Context, e *cli.Env, path string) error {
	o := display.NewObserver(e, x.asJSON)
	s, err := openSession(ctx, e, path, display.NewLogger(o.Notice))
	if err != nil {
		return cli.OrInterrupted(ctx, orBroken(err))
	}
	planned, err := x.launch(ctx, e, s)
	if err != nil {
		return errors.Join(cli.OrInterrupted(ctx, orBroken(err)), s.close())
	}
	told := planned.Summary()
	o.Plan(told)
	var unstarted error
	if told.Executes() > 0 {
		unstarted = s.work(ctx, e, x.workers)
	}
	err = unstarted
	if unstarted == nil {
		err = orBroken(x.wait(ctx, s, o))
	}
	return s.finish(ctx, o, err)
}

// orBroken adds to an error of the queue's store what to do about it.
func orBroken(err error) error {
	if errors.Is(err, natsserver.ErrStore) {
		return cli.Errorf(cli.ExitStorage, "%w; repair that, then run the same command again", err)
	}
	return err
}

// launch gives the order; files that are in the way are moved if the person says so.
func (x *execution) launch(ctx context.Context, e *cli.Env, s *session) (*plan.Plan, error) {
	planned, err := s.coordinator.Launch(ctx, x.order)
	var inTheWay *plan.SupersedeError
	if !errors.As(err, &inTheWay) || !e.Interactive || x.asJSON {
		return planned, err
	}
	if agreed, asked := confirmSupersede(ctx, e, inTheWay.Count, inTheWay.Sweep); !agreed {
		return planned, cmp.Or(asked, err)
	}
	x.order.Supersede = true
	return s.coordinator.Launch(ctx, x.order)
}

// confirmSupersede asks whether files that are in the way may be moved. The error is that ctx ended.
func confirmSupersede(ctx context.Context, e *cli.Env, n int, sweep string) (bool, error) {
	e.Notef("%s in %s %s of other tasks (other parameters, or an older model version) and %s that this run needs.", cli.Count(n, "result file"), sweep, cli.Plural(n, "is", "are"), cli.Plural(n, "has a name", "have names"))
	return e.Confirm(ctx, "Move "+cli.Plural(n, "it", "them")+" to superseded/? Nothing is deleted.")
}

// progressTime is how often the observer sees a snapshot.
const progressTime = 250 * time.Millisecond

// wait shows progress until the order is complete or the context ends.
func (x *execution) wait(ctx context.Context, s *session, o display.Observer) error {
	done := make(chan error, 1)
	go func() {
		_, err := s.coordinator.Wait(ctx)
		done <- err
	}()
	ticker := time.NewTicker(progressTime)
	defer ticker.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-s.workerDone():
			return s.workerEnded(ctx, done)
		case <-s.queue.Lost():
			return s.queue.Err()
		case <-ticker.C:
			s.inbox.PassTo(o)
			o.Progress(s.coordinator.Snapshot())
		}
	}
}

// workerDone is closed when the worker has ended by itself; without a worker, never.
func (s *session) workerDone() <-chan struct{} {
	if s.worker == nil {
		return nil
	}
	return s.worker.Done()
}

// workerEnded says what it means that the worker ended: nothing if the order is
// complete all the same.
func (s *session) workerEnded(ctx context.Context, done <-chan error) error {
	select {
	case err := <-done:
		return err
	case <-time.After(time.Second):
	}
	if ctx.Err() != nil {
		return cli.Cause(ctx)
	}
	err := s.worker.Err()
	if errors.Is(err, worker.ErrStorage) {
		return cli.Errorf(cli.ExitStorage, "the worker takes no more tasks: %w; repair that, then run the same command again", err)
	}
	return errors.Join(err, cli.Errorf(cli.ExitLost, "the worker ended by itself; run the same command again"))
}

// finish closes the session and says what became of the order.
func (s *session) finish(ctx context.Context, o display.Observer, err error) error {
	c := s.coordinator
	err = errors.Join(cli.OrInterrupted(ctx, err), s.close())
	s.inbox.PassTo(o)
	summary, _ := c.Wait(expired())
	o.Summary(summary, err)
	return errors.Join(err, cli.SummaryError(summary))
}

// expired is a context that has ended: what it is given to doesn't wait.
func expired() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
