package main

import (
	"strings"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/sim"
)

func newVersionCommand(e *cli.Env) *cobra.Command {
	var asJSON, cite bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the versions of the program, the model and the formats",
		Long: `Print the versions of the program, the model and the formats. Results of
different model versions never mix: the model version is part of every task id.
--cite prints how to cite the paper and this version, as text and for BibTeX.`,
		Example: `  eisweep version
  eisweep version --cite`,
		Args: cli.AtMost(0, "no argument"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cite && asJSON {
				return cli.Usagef("give --cite or --json, not both")
			}
			if cite {
				e.Lines(cli.Citation())
				return nil
			}
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
	cmd.Flags().BoolVar(&cite, "cite", false, "print how to cite the paper and this program")
	return cmd
}
