package main

import (
	"os"

	"github.com/spf13/cobra"

	"eisweep/internal/results"
)

// newProbeCommand is what the program calls itself with to look at a file of
// unknown origin: one that crashes the reader then crashes only the child.
func newProbeCommand(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:    "probe FILE",
		Hidden: true,
		Args:   exactlyOne("a file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return results.RunProbe(args[0], e.stdout)
		},
	}
}

// newProber returns what looks at files of unknown origin.
func newProber() (results.Prober, error) {
	self, err := os.Executable()
	if err != nil {
		return results.Prober{}, failure(exitInternal, "find own program: %w", err)
	}
	return results.Prober{Command: []string{self, "probe"}}, nil
}
