package main

import (
	"strings"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/control"
)

func newDrainCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var c client.Connection
	var all, asJSON bool
	cmd := &cobra.Command{
		Use:   "drain WORKER|HOST…",
		Short: "End workers: they save what they run, hand it back, and exit",
		Long: `End workers, by their names or by their hosts: they take no more tasks, save how far
those that they run have come, hand them back for other workers to go on with, and
exit. Nothing is lost, and no attempt is counted.`,
		Example: `  eisweep drain node07
  eisweep drain node07-4711 node08`,
		Args: func(cmd *cobra.Command, args []string) error {
			if all == (len(args) > 0) {
				return cli.Usagef("%s needs the names of workers or hosts, which `eisweep workers` lists, or --all", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			cl, err := connect(cmd.Context(), e, &choice, &c)
			if err != nil {
				return err
			}
			defer cl.Close()
			out, err := client.Ask[control.Drained](cmd.Context(), cl, control.VerbDrain, control.Drain{Targets: args, All: all})
			if err != nil {
				return err
			}
			return tellDrained(e, &out, asJSON)
		},
	}
	choice.AddFlag(cmd)
	c.AddFlags(cmd, e)
	cmd.Flags().BoolVar(&all, "all", false, "every worker that is heard of")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object")
	cmd.ValidArgsFunction = cli.CompleteEach(workerNames(e, &choice, &c))
	return cmd
}

func tellDrained(e *cli.Env, d *control.Drained, asJSON bool) error {
	if asJSON {
		if err := e.Encoder().Encode(d); err != nil {
			return err
		}
	} else {
		for _, name := range d.Workers {
			e.Linef("%s: told to save what it runs, hand it back, and exit", name)
		}
		if len(d.Workers)+len(d.Unknown) == 0 {
			e.Linef("nothing to do: no worker is heard of")
		}
	}
	if len(d.Unknown) > 0 {
		return cli.Usagef("no worker is heard of by the name or host %s; `eisweep workers%s` lists them", strings.Join(d.Unknown, ", "), e.Flags())
	}
	return nil
}
