package main

import (
	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/analysis"
	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/costs"
	"eisweep/internal/figures"
	"eisweep/internal/measures"
	"eisweep/internal/results"
)

// newProbeCommand is the command by which the program calls itself to read a file of unknown origin: one that crashes the
// reader then crashes only the child process.
func newProbeCommand(e *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:    "probe WHAT FILE…",
		Hidden: true,
		Args:   cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return results.RunProbe(args[0], args[1:], e.Raw, measures.Query, figures.Query(), figures.ApplicableQuery(),
				analysis.QualityQuery, costs.NetworkQuery)
		},
	}
}
