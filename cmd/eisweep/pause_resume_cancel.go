package main

import (
	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/control"
)

// steerCommand is a command that cancels, pauses or resumes sweeps.
type steerCommand struct {
	verb, short, long string
	done              string // describes a changed sweep
	running           string // describes its running tasks
}

var steerCommands = []steerCommand{
	{control.VerbCancel, "Cancel sweeps", `Cancel sweeps: their pending tasks are removed from the queue; running tasks finish and
keep their results. Tasks that another sweep also needs are run for that sweep.
Launch a cancelled sweep to continue it.`, "cancelled", "still running"},
	{control.VerbPause, "Pause sweeps: start no more of their tasks",
		`Pause sweeps: workers start no more of their tasks until the sweeps are resumed. Running
tasks finish. Tasks that another sweep also needs are run for that sweep.`, "paused", "still running"},
	{control.VerbResume, "Resume paused sweeps", `Resume paused sweeps: workers run their tasks again.`, "resumed", "running"},
}

func newSteerCommand(e *cli.Env, s steerCommand) *cobra.Command {
	var choice selection.Root
	var c client.Connection
	var all, asJSON bool
	cmd := &cobra.Command{
		Use:   s.verb + " SWEEP…",
		Short: s.short,
		Long:  s.long + "\n\nRepeating the command changes nothing.",
		Example: "  eisweep " + s.verb + " tuning\n" +
			"  eisweep " + s.verb + " --all",
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
			noteUnanswered(e, out.UnresponsiveFor)
			return s.print(e, out.Sweeps, asJSON)
		},
	}
	choice.AddFlag(cmd)
	c.AddFlags(cmd, e)
	cmd.Flags().BoolVar(&all, "all", false, "apply to every unfinished sweep")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON, one object per sweep and line")
	cmd.ValidArgsFunction = cli.CompleteEach(selection.LaunchedNames(e, &choice))
	return cmd
}

func (s *steerCommand) print(e *cli.Env, sweeps []control.SteeredSweep, asJSON bool) error {
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
			e.Linef("%s: nothing to do: already %s", x.Name, x.Status)
			continue
		}
		e.Linef("%s: %s%s", x.Name, s.done, cli.AfterComma(cli.JoinNonEmpty(cli.NonZero(x.Removed, "removed from the queue"),
			cli.NonZero(x.Moved, "kept for another sweep"), cli.NonZero(x.Running, s.running))))
	}
	if len(sweeps) == 0 && !asJSON {
		e.Linef("nothing to do: no sweep is unfinished")
	}
	return nil
}
