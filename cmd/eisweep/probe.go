package main

import (
	"github.com/spf13/cobra"

	"eisweep/internal/results"
)

// newProbeCommand is what the program calls itself with to look at a file of
// unknown origin: one that crashes the reader then crashes only the child.
func newProbeCommand(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:    "probe WHAT FILE…",
		Hidden: true,
		Args:   cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return results.RunProbe(args[0], args[1:], e.raw)
		},
	}
}
