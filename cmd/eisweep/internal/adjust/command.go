package adjust

import (
	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/control"
)

// The options.
const (
	priorityFlag   = "priority"
	maxRunningFlag = "max-running"
)

// NewCommand is `eisweep adjust`.
func NewCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var c client.Connection
	var priority, most int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "adjust SWEEP…",
		Short: "Change the priority or the limit of sweeps",
		Long: `Change the priority of launched sweeps, or how many of their tasks run at a time, without
launching them again. Running tasks continue.

Repeating the command changes nothing.`,
		Example: `  eisweep adjust tuning --priority 10
  eisweep adjust background --priority -1 --max-running 8
  eisweep adjust background --max-running 0          # no limit`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch f := cmd.Flags(); {
			case len(args) == 0:
				return cli.Usagef("%s needs the names of sweeps", cmd.CommandPath())
			case !f.Changed(priorityFlag) && !f.Changed(maxRunningFlag):
				return cli.Usagef("%s needs --priority, --max-running, or both", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := choice.Announce(e)
			if err != nil {
				return err
			}
			cl, err := client.Connect(cmd.Context(), e, path, &c)
			if err != nil {
				return err
			}
			defer cl.Close()
			request := control.Adjust{Sweeps: args}
			if cmd.Flags().Changed(priorityFlag) {
				request.Priority = &priority
			}
			if cmd.Flags().Changed(maxRunningFlag) {
				request.MaxRunning = &most
			}
			out, err := client.Ask[control.Adjusted](cmd.Context(), cl, control.VerbAdjust, request)
			if err != nil {
				return err
			}
			return print(e, out.Sweeps, asJSON)
		},
	}
	choice.AddFlag(cmd)
	c.AddFlags(cmd, e)
	cmd.Flags().IntVar(&priority, priorityFlag, 0, "priority `N`: sweeps of higher priority run first")
	cmd.Flags().IntVar(&most, maxRunningFlag, 0, "run at most `N` tasks of each sweep at a time; 0: any number")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON, one object per sweep and line")
	cmd.ValidArgsFunction = cli.CompleteEach(selection.LaunchedNames(e, &choice))
	return cmd
}

func print(e *cli.Env, sweeps []control.AdjustedSweep, asJSON bool) error {
	out := e.Encoder()
	for i := range sweeps {
		s := &sweeps[i]
		if asJSON {
			if err := out.Encode(s); err != nil {
				return err
			}
			continue
		}
		limit := "any number of tasks at a time"
		if s.MaxRunning > 0 {
			limit = "at most " + cli.Count(s.MaxRunning, "task") + " at a time"
		}
		if s.Changed {
			e.Linef("%s: priority %d, %s", s.Name, s.Priority, limit)
		} else {
			e.Linef("%s: nothing to do: it has priority %d, %s", s.Name, s.Priority, limit)
		}
	}
	return nil
}
