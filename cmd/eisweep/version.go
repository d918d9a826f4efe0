package main

import (
	"strings"

	"github.com/spf13/cobra"

	"eisweep/sim"
)

func newVersionCommand(e *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the versions of the program, the model and the formats",
		Long: `Print the versions of the program, the model and the formats. Results of
different model versions never mix: the version is part of every task's id.`,
		Args: atMost(0, "no argument"),
		RunE: func(cmd *cobra.Command, args []string) error {
			v := currentVersions()
			if asJSON {
				return e.encoder().Encode(v)
			}
			e.say("eisweep %s", programVersion())
			e.say("model version %d", v.Model)
			e.say("message format %d", v.Messages)
			e.say("built with %s for %s", v.Go, v.Platform)
			e.say("computes by the %s kernels (this machine has %s)", v.Kernels, strings.Join(sim.KernelChoices(), ", "))
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object")
	return cmd
}
