package main

import (
	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/control"
)

// steering is a command that changes whether workers are offered a sweep's tasks.
type steering struct {
	verb, short, long string
	changed           string // what became of a sweep that it changed
	running           string // what becomes of tasks that run
}

var steerings = []steering{
	{control.VerbCancel, "Give sweeps up: what is queued of them is not run", `Give sweeps up: what is queued of them is taken out of the queue, what runs finishes and
keeps its result. Tasks that another sweep wants, too, are run for that one. Launching
a sweep again goes on with it.`, "cancelled", "running, to the end"},
	{control.VerbPause, "Stop offering tasks of sweeps to workers, until they are resumed", `Stop offering tasks of sweeps to workers. What runs finishes; everything stays queued
until the sweep is resumed. Tasks that another sweep wants, too, are run for that one.`, "paused", "running, to the end"},
	{control.VerbResume, "Offer tasks of paused sweeps again", `Offer tasks of paused sweeps to workers again.`, "resumed", "running"},
}

func newSteerCommand(e *cli.Env, s steering) *cobra.Command {
	var choice selection.Root
	var c client.Connection
	var all, asJSON bool
	cmd := &cobra.Command{
		Use:   s.verb + " SWEEP…",
		Short: s.short,
		Long:  s.long + "\n\nDoing it twice is doing it once.",
		Args: func(cmd *cobra.Command, args []string) error {
			if all == (len(args) > 0) {
				return cli.Usagef("%s needs the names of sweeps, or --all", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			cl, err := connect(cmd.Context(), e, &choice, &c)
			if err != nil {
				return err
			}
			defer cl.Close()
			out, err := client.Ask[control.Steered](cmd.Context(), cl, s.verb, control.Steer{Sweeps: args})
			if err != nil {
				return err
			}
			noteUnanswered(e, out.Unanswered)
			return s.tell(e, out.Sweeps, asJSON)
		},
	}
	choice.AddFlag(cmd)
	c.AddFlags(cmd, e)
	cmd.Flags().BoolVar(&all, "all", false, "every sweep that is not finished")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON, one object per sweep and line")
	cmd.ValidArgsFunction = cli.CompleteEach(selection.LaunchedNames(e, &choice))
	return cmd
}

func (s *steering) tell(e *cli.Env, sweeps []control.SteeredSweep, asJSON bool) error {
	out := e.Encoder()
	for i := range sweeps {
		x := &sweeps[i]
		if asJSON {
			if err := out.Encode(x); err != nil {
				return err
			}
			continue
		}
		if !x.Changed {
			e.Linef("%s: nothing to do: it is %s", x.Name, x.Status)
			continue
		}
		e.Linef("%s: %s%s", x.Name, s.changed, cli.AfterComma(cli.JoinNonEmpty(cli.NonZero(x.Removed, "taken out of the queue"), cli.NonZero(x.Moved, "run for another sweep"), cli.NonZero(x.Running, s.running))))
	}
	if len(sweeps) == 0 && !asJSON {
		e.Linef("nothing to do: no sweep is open")
	}
	return nil
}
