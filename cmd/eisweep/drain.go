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
		Short: "Stop workers after they save their running tasks",
		Long: `Stop workers, given by name or host. They take no more tasks, save a checkpoint of each
running task, return the tasks to the queue for other workers to continue, and exit. No
work is lost, and no attempt is counted.`,
		Example: `  eisweep drain node07
  eisweep drain node07-4711 node08`,
		Args: func(cmd *cobra.Command, args []string) error {
			if all == (len(args) > 0) {
				return cli.Usagef("%s needs the names of workers or hosts (see `eisweep workers`), or --all", cmd.CommandPath())
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
			return printDrained(e, &out, asJSON)
		},
	}
	choice.AddFlag(cmd)
	c.AddFlags(cmd, e)
	cmd.Flags().BoolVar(&all, "all", false, "every connected worker")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object")
	cmd.ValidArgsFunction = cli.CompleteEach(workerNames(e, &choice, &c))
	return cmd
}

func printDrained(e *cli.Env, d *control.Drained, asJSON bool) error {
	if asJSON {
		if err := e.Encoder().Encode(d); err != nil {
			return err
		}
	} else {
		for _, name := range d.Workers {
			e.Linef("%s: draining", name)
		}
		if len(d.Workers)+len(d.Unknown) == 0 {
			e.Linef("nothing to do: no workers connected")
		}
	}
	if len(d.Unknown) > 0 {
		return cli.Usagef("no worker with the name or host %s is connected; `eisweep workers%s` lists workers",
			strings.Join(d.Unknown, ", "), e.Flags())
	}
	return nil
}
