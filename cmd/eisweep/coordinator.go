package main

import (
	"eisweep/cmd/eisweep/internal/daemon"
	"eisweep/cmd/eisweep/internal/display"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/selection"
)

func newCoordinatorCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var s daemon.Service
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
			if err := s.Check(args); err != nil {
				return err
			}
			path, err := choice.Announce(e)
			if err != nil {
				return err
			}
			if detach {
				return s.Detach(cmd.Context(), cmd, e, path)
			}
			return s.Run(cmd.Context(), e, path, display.NewServiceLog(e, asJSON))
		},
	}
	choice.AddFlag(cmd)
	s.AddFlags(cmd, e)
	cmd.Flags().BoolVar(&detach, "detach", false, "run in the background, and return when it answers")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write the log as JSON, one object per line, to stdout")
	return cmd
}
