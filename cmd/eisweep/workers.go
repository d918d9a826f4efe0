package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"text/tabwriter"

	"eisweep/cmd/eisweep/internal/slurmjobs"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/control"
)

func newWorkersCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var c client.Connection
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "workers",
		Short: "List workers",
		Long: `List the workers of the coordinator: where they run, how many tasks they can run in
parallel and are running, and why they take no tasks, if so. A worker that was lost is
listed as silent for a day; a worker that ended with an error is listed for an hour.`,
		Example: `  eisweep workers
  eisweep workers --json | jq -r .host`,
		Args: cli.AtMost(0, "no argument"),
		RunE: func(cmd *cobra.Command, args []string) error {
			cl, err := connect(cmd.Context(), e, &choice, &c)
			if err != nil {
				return err
			}
			defer cl.Close()
			out, err := client.Ask[control.Workers](cmd.Context(), cl, control.VerbWorkers, control.Nothing{})
			if err != nil {
				return err
			}
			if err := printWorkers(e, out.Workers, asJSON); err != nil || asJSON {
				return err
			}
			view := slurmjobs.Look(cmd.Context(), cl.Root, cl)
			for _, line := range view.Lines() {
				e.Linef("%s", line)
			}
			return view.WriteTable(e)
		},
	}
	choice.AddFlag(cmd)
	c.AddFlags(cmd, e)
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON, one object per worker and line")
	return cmd
}

func printWorkers(e *cli.Env, workers []control.Worker, asJSON bool) error {
	if asJSON {
		out := e.Encoder()
		for _, w := range workers {
			if err := out.Encode(w); err != nil {
				return err
			}
		}
		return nil
	}
	if len(workers) == 0 {
		e.Linef("no workers connected; start some on any machine that shares the root directory: eisweep worker%s", e.Flags())
		return nil
	}
	t := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "WORKER\tHOST\tTASKS\tSTATE\tDONE\tMEMORY\tSINCE\tSEEN\tJOB\tVERSION")
	slots, busy := 0, 0
	for i := range workers {
		w := &workers[i]
		fmt.Fprintln(t, workerRow(w))
		if !w.Silent {
			slots, busy = slots+w.Slots, busy+w.Busy
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	e.Linef("%s running in %s", cli.Count(busy, "task"), cli.Count(slots, "slot"))
	return nil
}

func workerRow(w *control.Worker) string {
	memory, state := "-", w.State
	if w.Refused != "" {
		state += "; " + w.Refused
	}
	if w.Memory > 0 {
		memory = cli.Size(w.Memory)
	}
	if w.Silent && !w.Ended {
		state = "silent"
	}
	if !w.Deadline.IsZero() {
		state += ", ends " + cli.Clock(w.Deadline)
	}
	return cli.Row(w.Name, w.Host, fmt.Sprintf("%d of %d", w.Busy, w.Slots), state, fmt.Sprint(w.Done), memory, cli.Clock(w.Since),
		cli.Seconds(w.LastSeenSeconds)+" ago", cmp.Or(w.Job, "-"), w.Version)
}

// workerNames completes the names of workers and their hosts.
func workerNames(e *cli.Env, choice *selection.Root, c *client.Connection) func() []string {
	return func() []string {
		r := choice.OpenQuietly(e)
		if r == nil {
			return nil
		}
		ctx, cancel := context.WithTimeout(context.Background(), client.ConnectTimeout)
		defer cancel()
		cl, err := client.OpenQuietly(ctx, e, r, c)
		if err != nil {
			return nil
		}
		defer cl.Close()
		out, err := client.Ask[control.Workers](ctx, cl, control.VerbWorkers, control.Nothing{})
		if err != nil {
			return nil
		}
		var names []string
		for i := range out.Workers {
			names = append(names, out.Workers[i].Name, out.Workers[i].Host)
		}
		slices.Sort(names)
		return slices.Compact(names)
	}
}
