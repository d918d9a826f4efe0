package local

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/cmd/eisweep/internal/views"
	"eisweep/coordinator/plan"
	"eisweep/internal/control"
	"eisweep/internal/natsserver"
	"eisweep/worker"
)

// Execution runs sweeps in this process, from taking the root's lock to the summary.
type Execution struct {
	Workers       int // slots of the worker
	Supersede     bool
	Drop          bool
	JSON          bool
	HTTP          views.Options // of the dashboard
	LaunchRequest plan.Request
	Summary       control.Summary // set by Run; without sweeps if it was cut short
}

// AddFlags adds the options that `run` and `rerun` share.
func (x *Execution) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&x.Workers, "workers", runtime.GOMAXPROCS(0), "run `N` tasks in parallel (default: the cores available)")
	f.BoolVar(&x.Supersede, "supersede", false, "move conflicting result files of other tasks to superseded/")
	f.BoolVar(&x.JSON, "json", false, "write events as JSON, one object per line")
	x.HTTP.AddFlags(cmd, "serve a dashboard for the browser on `HOST:PORT` while the tasks run, such as localhost:8080 (default: off)")
	f.Lookup("workers").DefValue = "0" // else help shows this machine's cores
}

// Run opens a session, launches the sweeps and waits until they are done. The error has the exit code of the command.
func (x *Execution) Run(ctx context.Context, e *cli.Env, path string) error {
	if err := x.HTTP.Check(); err != nil {
		return err
	}
	o := display.NewObserver(e, x.JSON)
	s, err := openSession(ctx, e, path, display.NewLogger(o.Notice), &x.HTTP)
	if err != nil {
		return cli.OrInterrupted(ctx, withRemedy(err))
	}
	planned, err := x.launch(ctx, e, s)
	if err != nil {
		return errors.Join(cli.OrInterrupted(ctx, withRemedy(err)), s.close())
	}
	summary := planned.Summary()
	o.Plan(summary)
	if summary.Executes()+summary.Later() > 0 {
		err = s.startWorker(ctx, e, x.Workers)
	}
	if err == nil {
		err = withRemedy(x.wait(ctx, s, o, &summary))
	}
	if err == nil {
		s.coordinator.SettleHooks(ctx)
	}
	return x.finish(ctx, s, o, err)
}

// withRemedy adds to an error of the queue's store what to do about it.
func withRemedy(err error) error {
	if errors.Is(err, natsserver.ErrStore) {
		return cli.Errorf(cli.ExitStorage, "%w; repair that, then run the same command again", err)
	}
	return err
}

// launch launches the sweeps. A person is asked whether result files that are in the way may be moved, and whether finished
// tasks may be left out.
func (x *Execution) launch(ctx context.Context, e *cli.Env, s *session) (*plan.Plan, error) {
	by := control.WithRequester(ctx, control.ThisUser())
	for {
		planned, err := s.coordinator.Launch(by, x.LaunchRequest)
		var inTheWay *plan.SupersedeError
		var dropping *plan.DropError
		asks := e.Interactive && !x.JSON
		switch {
		case errors.As(err, &inTheWay) && asks:
			if agreed, asked := ConfirmSupersede(ctx, e, inTheWay.Count, inTheWay.Sweep); !agreed {
				return planned, cmp.Or(asked, err)
			}
			x.LaunchRequest.Supersede = true
		case errors.As(err, &dropping):
			err = KeepHint(e, "run", dropping.Sweeps[0].Name, dropping.Sweeps[0].DroppedSource, err)
			if !asks {
				return planned, err
			}
			if err := ConfirmDrop(ctx, e, err); err != nil {
				return planned, err
			}
			x.LaunchRequest.Drop = true
		default:
			return planned, err
		}
	}
}

// progressInterval is how often the observer sees a snapshot.
const progressInterval = 250 * time.Millisecond

// wait shows progress until all sweeps are done or the context ends.
func (x *Execution) wait(ctx context.Context, s *session, o display.Observer, planned *control.Plan) error {
	done := make(chan error, 1)
	go func() {
		_, err := s.coordinator.Wait(ctx)
		done <- err
	}()
	ticker := time.NewTicker(progressInterval)
	defer ticker.Stop()
	published := newPublisher(s, planned)
	defer published.close()
	for {
		select {
		case err := <-done:
			return err
		case <-s.workerDone():
			return s.workerEnded(ctx, done)
		case <-s.queue.Lost():
			return s.queue.Err()
		case <-ticker.C:
			s.lines.PassTo(o)
			now := s.coordinator.Snapshot()
			o.Progress(now)
			published.publish(now)
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

// workerEnded returns the error of a worker that ended; nil if all sweeps are done.
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

// finish closes the session and shows the summary.
func (x *Execution) finish(ctx context.Context, s *session, o display.Observer, err error) error {
	c := s.coordinator
	err = errors.Join(cli.OrInterrupted(ctx, err), s.close())
	s.lines.PassTo(o)
	summary, _ := c.Wait(expired())
	o.Summary(summary, err)
	if err == nil {
		x.Summary = summary
	}
	return errors.Join(err, cli.SummaryError(summary))
}

// expired is a context that has ended, so that its user does not wait.
func expired() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
