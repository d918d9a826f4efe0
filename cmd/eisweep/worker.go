package main

import (
	"errors"
	"io/fs"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/selection"

	"github.com/spf13/cobra"

	"eisweep/internal/root"
)

func newWorkerCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var w workerCommand
	cmd := &cobra.Command{
		Use:   "worker",
		Short: "Run tasks from the coordinator",
		Long: `Run tasks from the root's coordinator, on every core that this process may use (its CPU
affinity, cgroup limit and SLURM_CPUS_PER_TASK are respected). Start as many workers as
you like, on any machine that shares the root directory, at any time.

On INT or TERM the worker takes no more tasks, saves a checkpoint of each running task,
returns them to the queue, and exits with 0; other workers continue them. drain,
--idle-timeout, --max-tasks and --deadline do the same. A second signal ends the worker
at once, which loses only the work since the last checkpoint.`,
		Example: `  eisweep worker
  eisweep worker --slots 8 --idle-timeout 10m
  eisweep worker --on node01,node02`,
		Args: cli.AtMost(0, "no argument"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := w.check(e); err != nil {
				return err
			}
			if w.on != "" {
				r, err := choice.Open(e)
				if err != nil {
					return err
				}
				return w.startElsewhere(cmd, e, r)
			}
			path, err := choice.Announce(e)
			if err != nil {
				return err
			}
			r, err := openForWorker(path)
			if err != nil {
				return err
			}
			return w.run(cmd.Context(), e, r)
		},
	}
	choice.AddFlag(cmd)
	w.Connection.AddFlags(cmd, e)
	w.flags(cmd)
	return cmd
}

// openForWorker opens the root. A directory that is no root yet is like a coordinator that does not answer, not an error in the
// options: a service manager then starts the worker again, and finds the root once a coordinator has made it.
func openForWorker(path string) (*root.Root, error) {
	r, err := root.OpenExisting(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, cli.Errorf(cli.ExitLost,
			"%w; if it is the right directory, a coordinator makes it a root: eisweep coordinator -p %s", err, cli.ShellQuote(path))
	}
	return r, err
}

// workerCommand is how a worker works.
type workerCommand struct {
	client.Connection
	slots, maxTasks         int
	idle, checkpoint        time.Duration
	memoryText, deadlineSay string
	memory                  int64
	deadline                time.Time
	on                      string // hosts
	http                    string // address of health and metrics
	asJSON                  bool
}

func (w *workerCommand) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&w.slots, "slots", 0, "run `N` tasks in parallel (default: the cores available)")
	f.StringVar(&w.memoryText, "memory", "",
		"memory `SIZE` for all tasks together: 16G, 500M (default: the limit of the machine, cgroup or Slurm job)")
	f.DurationVar(&w.idle, "idle-timeout", 0, "exit after `DURATION` without a task, such as 10m (default: never)")
	f.StringVar(&w.deadlineSay, "deadline", "",
		"save everything and exit before this `TIME`: 2h30m from now, 2026-01-31T18:00:00Z, or Unix time (EISWEEP_DEADLINE)")
	f.IntVar(&w.maxTasks, "max-tasks", 0, "exit after `N` tasks (default: never)")
	f.DurationVar(&w.checkpoint, "checkpoint", 0,
		"save a checkpoint of each task every `DURATION`: the most work that a crash loses (default 1m0s)")
	f.StringVar(&w.on, "on", "", "start a worker on each of these `HOSTS` (host1,host2) by ssh, with the same options, and return")
	f.StringVar(&w.http, "http", "",
		"serve /metrics (Prometheus), /healthz and /readyz on `HOST:PORT`, without authentication (default: off)")
	f.BoolVar(&w.asJSON, "json", false, "write the log as JSON, one object per line, to stdout")
}

// check reads the options and what the batch system says.
func (w *workerCommand) check(e *cli.Env) (err error) {
	if err := w.Connection.Check(); err != nil {
		return err
	}
	if w.memoryText != "" {
		if w.memory, err = cli.ParseSize(w.memoryText); err != nil {
			return cli.Usagef("--memory %s: %w", w.memoryText, err)
		}
	}
	from, text := "--deadline", w.deadlineSay
	if text == "" {
		from, text = "EISWEEP_DEADLINE", e.Getenv("EISWEEP_DEADLINE")
	}
	if text == "" {
		return nil
	}
	if w.deadline, err = cli.ParseDeadline(text, time.Now()); err != nil {
		return cli.Usagef("%s %s: %w", from, text, err)
	}
	if now := time.Now(); !w.deadline.After(now) {
		return cli.Usagef("%s %s: it is in the past: %s, and now it is %s", from, text, w.deadline.Format(time.RFC3339), now.Format(time.RFC3339))
	}
	return nil
}
