package main

import (
	"strings"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/sim"
)

func newVersionCommand(e *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the versions of the program, the model and the formats",
		Long: `Print the versions of the program, the model and the formats. Results of
different model versions never mix: the model version is part of every task id.`,
		Args: cli.AtMost(0, "no argument"),
		RunE: func(cmd *cobra.Command, args []string) error {
			v := cli.CurrentVersions()
			if asJSON {
				return e.Encoder().Encode(v)
			}
			e.Linef("eisweep %s", cli.Version())
			e.Linef("model version %d", v.Model)
			e.Linef("message format %d", v.Messages)
			e.Linef("built with %s for %s", v.Go, v.Platform)
			e.Linef("%s kernels (this machine supports %s)", v.Kernels, strings.Join(sim.KernelChoices(), ", "))
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object")
	return cmd
}
