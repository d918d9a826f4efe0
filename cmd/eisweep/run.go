package main

import (
	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/local"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/coordinator/plan"
)

func newRunCommand(e *cli.Env) *cobra.Command {
	var s selection.Sweeps
	var x local.Execution
	cmd := &cobra.Command{
		Use:   "run FILE|NAME…",
		Short: "Run sweeps on this machine: whatever of them is not done yet",
		Long: `Run sweeps on this machine, on every core: whatever of their tasks is not done yet.

What contains a slash or ends in .toml is a sweep file, anything else the name of a
sweep that ships with the program. Everything named is checked before anything runs.
Ctrl-C hands running tasks back and ends; the same command goes on from there.

Several sweeps share the workers, in their order. A PERTURB sweep may name one beside
it, or one that was run before, as its source. --set concerns the sweeps whose
experiment reads the parameter; --seeds those that train, if any of them does.`,
		Example: `  eisweep run quick                                # a small sweep, to see it work
  eisweep run my.toml --add-seeds 11-20            # ten seeds more of one's own
  eisweep run approximate perturb                  # train, then push single neurons
  eisweep run -e APPROXIMATE -n 20 -p results      # the published command line`,
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := s.Load(cmd.Context(), e, args)
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
			x.LaunchRequest = plan.Request{Sweeps: list, Supersede: x.Supersede}
			return x.Run(cmd.Context(), e, path)
		},
	}
	s.AddFlags(cmd)
	x.AddFlags(cmd)
	return cmd
}
