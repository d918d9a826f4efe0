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
		Short: "Run the coordinator for a root directory",
		Long: `Run the coordinator for a root directory until it is stopped. It hands tasks to workers
on any machine that shares the root directory, places results, keeps the manifests, and
answers launch, status and the other commands. Start one coordinator, on any machine,
then start workers with

  eisweep worker

The coordinator embeds a NATS server, which uses TLS and accepts anyone who can read
ROOT/.eisweep/worker.access or client.access. With --nats it uses the site's NATS
servers instead (version 2.12 or later).

NATS holds the tasks that workers are about to run: as many as they are expected to
begin within --ahead, and at most 4096 or four for each slot. While no coordinator
runs, workers continue with these.

With --slurm the coordinator submits Slurm jobs that run workers: as many as the
pending tasks need, and at most max. Each job is submitted as by ` + "`eisweep slurm`" + `;
arguments after -- are passed to sbatch. Idle workers exit by themselves, and pending
jobs are cancelled when every sweep is done. After three failures in a row the
coordinator submits no more jobs until ` + "`eisweep slurm --resume`" + `.

With --http it serves a dashboard, by a link that it logs and that ` + "`eisweep dashboard`" + `
prints, and metrics for Prometheus. Beyond localhost the dashboard is served with TLS only.

You can stop and restart the coordinator at any time, here or on another machine.
Running tasks are not disturbed, and launched sweeps continue. A second coordinator
is refused; with --standby it waits, and continues when the first one ends, is cut
off from the root, or its machine is lost.`,
		Example: `  eisweep coordinator --detach
  eisweep coordinator --listen 10.0.0.5:4222 --share-group lab
  eisweep coordinator --nats-context lab
  eisweep coordinator --http localhost:8080
  eisweep coordinator --standby --detach
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
	cmd.Flags().BoolVar(&detach, "detach", false, "run in the background, and return when the coordinator answers")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write the log as JSON, one object per line, to stdout")
	return cmd
}
