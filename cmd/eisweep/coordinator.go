package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/access"
	"eisweep/internal/atomicfile"
	"eisweep/internal/lease"
)

func newCoordinatorCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var s service
	var detach, asJSON bool
	cmd := &cobra.Command{
		Use:   "coordinator [-- SBATCH-OPTION…]",
		Short: "See to the sweeps of a root: hand out tasks, place results, answer commands",
		Long: `See to the sweeps of a root, until it is stopped: hand their tasks to workers on any
machine that shares the folder, place results, keep the manifests, and answer launch,
status and the other commands. Start it once, anywhere; start workers with

  eisweep worker

It brings a NATS server of its own, which speaks TLS and lets in whoever can read
ROOT/.eisweep/worker.access or client.access. Or it uses the site's (--nats), which
needs version 2.12 at least.

NATS holds the tasks that the workers are about to run, as many as they are expected
to begin within --ahead (and at most 4096, or four for each slot). While no coordinator
runs, workers continue with these.

With --slurm it has Slurm run workers, as many as the tasks that wait require, and no
more than max. Each is a job as ` + "`eisweep slurm`" + ` submits it; what follows -- is for
sbatch. Idle workers end by themselves, jobs that wait are cancelled when every sweep
is done. After three failures in a row no more are submitted until
` + "`eisweep slurm --resume`" + `.

Stop and start it as you like, here or on another machine: running tasks are not
disturbed, and what was launched goes on.`,
		Example: `  eisweep coordinator --detach
  eisweep coordinator --listen 10.0.0.5:4222 --share-group lab
  eisweep coordinator --nats-context lab
  eisweep coordinator --slurm 'max=40,cores=8,time=4h,mem-per-core=1G' -- --partition=short`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := onlyAfterDash(cmd, args); err != nil {
				return err
			}
			s.slurm.options = args
			if err := s.check(); err != nil {
				return err
			}
			path, err := choice.Announce(e)
			if err != nil {
				return err
			}
			if detach {
				return s.detach(cmd.Context(), cmd, e, path)
			}
			s.log = newServiceLog(e, asJSON)
			return s.run(cmd.Context(), e, path)
		},
	}
	choice.AddFlag(cmd)
	s.flags(cmd, e)
	cmd.Flags().BoolVar(&detach, "detach", false, "go on beside the shell, and return when it answers")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write the log as JSON, one object per line, to stdout")
	return cmd
}

func (s *service) flags(cmd *cobra.Command, e *cli.Env) {
	s.Connection.Flags(cmd, e)
	f := cmd.Flags()
	f.StringVar(&s.listen, "listen", "", "`HOST:PORT` to listen on (default: every address, the port of the last time or else a free one)")
	f.StringVar(&s.advertise, "advertise", "", "`HOST[:PORT]` by which others reach this machine (default: its name and addresses)")
	f.StringVar(&s.share.Group, "share-group", "", "let this `GROUP` launch, read and steer: it may read client.access")
	f.BoolVar(&s.share.Workers, "share-workers", false, "let the group run workers, too: it may read worker.access")
	f.BoolVar(&s.rotate, "rotate", false, "replace all keys and certificates: who has the old ones stays outside")
	f.StringVar(&s.slurm.text, "slurm", "", "have Slurm run workers: `max=N` jobs at most, "+
		"and cores=, time=, mem-per-core=, idle-timeout=, checkpoint= and last setup= as options of eisweep slurm")
	f.DurationVar(&s.ahead, "ahead", defaultAhead, "for how long workers find tasks in the queue while the coordinator is away")
	f.StringVar(&s.http, "http", "", "`HOST:PORT` to answer /healthz and /metrics (Prometheus) on, to whoever asks (default: none)")
}

// defaultAhead is for how long workers have tasks without a coordinator unless --ahead says otherwise.
const defaultAhead = 10 * time.Minute

// check refuses options that don't go together.
func (s *service) check() error {
	if err := s.Connection.Check(); err != nil {
		return err
	}
	own := s.listen != "" || s.advertise != "" || s.share != (access.Share{}) || s.rotate
	if s.External() && own {
		return cli.Usagef("--listen, --advertise, --share-group, --share-workers and --rotate are of the coordinator's own NATS, not of --nats")
	}
	if s.share.Workers && s.share.Group == "" {
		return cli.Usagef("--share-workers needs --share-group GROUP")
	}
	if err := s.share.Check(); err != nil {
		return cli.Usagef("--share-group: %w", err)
	}
	if s.listen != "" {
		if err := checkListen(s.listen); err != nil {
			return err
		}
	}
	if s.advertise != "" {
		if err := checkAdvertise(s.advertise); err != nil {
			return err
		}
	}
	if s.ahead <= 0 {
		return cli.Usagef("--ahead %v: give a positive time, such as 10m", s.ahead)
	}
	return s.slurm.check(s.Connection)
}

// coordinatorReady is what a coordinator logs once it answers.
const coordinatorReady = "the coordinator is ready"

// run manages the root until a signal comes, or it cannot continue. When the root's storage was away for too long it starts
// again as soon as that is back, unless the root has another owner: it has stopped its NATS server.
func (s *service) run(ctx context.Context, e *cli.Env, path string) error {
	cli.IgnoreBrokenPipe()
	wait := client.Retry{Message: "the storage of the root does not answer; waiting for it", Log: s.log}
	var disowned bool
	for {
		err := s.runOnce(ctx, e, path)
		disowned = disowned || errors.Is(err, errExpired)
		if !disowned || ctx.Err() != nil || !errors.Is(err, errExpired) && !atomicfile.IsStorage(err) {
			return err
		}
		if err := wait.Wait(ctx, err); err != nil {
			return client.UnlessStopped(ctx, s.log, err)
		}
		if lost := s.last.Verify(ctx); errors.Is(lost, lease.ErrLost) {
			return lost
		} else if lost != nil {
			s.log.Debug("look for another owner", "error", lost)
		}
	}
}

// runOnce is run without another start: the error then wraps errExpired.
func (s *service) runOnce(ctx context.Context, e *cli.Env, path string) error {
	if err := s.open(ctx, e, path); err != nil {
		return client.UnlessStopped(ctx, s.log, err)
	}
	s.log.Info(coordinatorReady, "root", s.root.Path(), "nats", strings.Join(s.addresses(), " "), "version", cli.Version())
	s.log.Info("start workers on any machine that shares the folder", "command", "eisweep worker -p "+cli.ShellQuote(s.root.Path())+s.Options())
	err := s.failed(ctx)
	switch {
	case errors.Is(err, errExpired):
		if e := s.close(); e != nil {
			s.log.Warn("stop", "error", e)
		}
		return err
	case err != nil:
		return errors.Join(err, s.close())
	}
	s.log.Info("stopping; workers go on with what they run, and the next coordinator goes on from here", "why", context.Cause(ctx))
	return s.close()
}
