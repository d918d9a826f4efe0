package main

import (
	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/analysis"
	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/local"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/coordinator/plan"
)

func newRunCommand(e *cli.Env) *cobra.Command {
	var s selection.Sweeps
	var x local.Execution
	var hooks local.Hooks
	cmd := &cobra.Command{
		Use:   "run FILE|NAME…",
		Short: "Run sweeps on this machine",
		Long: `Run sweeps on this machine, on every core. Tasks that already have a result are
skipped.

An argument that contains a slash or ends in .toml is a sweep file; any other is the
name of a sweep of the root, else of a shipped sweep. All sweeps are checked before
anything runs. Ctrl-C saves running tasks and exits; the same command continues from
there. Finished tasks leave a sweep only if you confirm it, or with --drop.

Several sweeps share the workers, in the order given. A PERTURB sweep may use another
sweep on the command line, or an earlier one, as its source. --set applies to sweeps
whose experiment reads the parameter; --seeds applies to sweeps that train, if any does.`,
		Example: `  eisweep run quick                                # a small sweep, to try it
  eisweep run tuning.toml --add-seeds 11-20        # add ten seeds
  eisweep run tuning                               # continue the sweep, with all its seeds
  eisweep run approximate perturb                  # train, then perturb single neurons
  eisweep run tuning --on-finish 'mail -s "$EISWEEP_SWEEP: $EISWEEP_FAILED failed" me </dev/null'
  eisweep run -e APPROXIMATE -n 20 -p results      # the published command line`,
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := s.Load(cmd.Context(), e, args)
			if err != nil {
				return err
			}
			requested, err := hooks.Request(e)
			if err != nil {
				return err
			}
			path, err := s.Root.Announce(e)
			if err != nil {
				return err
			}
			if err := selection.CheckBeforeCreate(cmd.Context(), path, list); err != nil {
				return err
			}
			x.LaunchRequest = plan.Request{Sweeps: list, Supersede: x.Supersede, Drop: x.Drop, Hooks: requested}
			err = x.Run(cmd.Context(), e, path)
			if !x.JSON {
				analysis.WriteHeads(cmd.Context(), e, path, x.Summary)
			}
			return err
		},
	}
	s.AddFlags(cmd)
	cmd.ValidArgsFunction = s.CompleteSweeps(e)
	x.AddFlags(cmd)
	local.AddDropFlag(cmd, &x.Drop)
	hooks.AddFlags(cmd)
	return cmd
}
