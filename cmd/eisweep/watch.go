package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/cmd/eisweep/internal/follow"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/root"
)

func newWatchCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var c client.Connection
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "watch [SWEEP…]",
		Short: "Follow sweeps as they run",
		Long: `Follow the sweeps of the root's coordinator, or of a ` + "`run`" + ` that works on the root: on a
terminal as a live screen, otherwise as lines. Given sweep names, watch follows only those
and ends when they are done, with the exit codes of ` + "`run`" + `. Otherwise it ends with the run;
with a coordinator, stop it with Ctrl-C. Watching changes nothing.`,
		Example: `  eisweep watch
  eisweep watch tuning`,
		RunE: func(cmd *cobra.Command, args []string) error {
			cl, err := connect(cmd.Context(), e, &choice, &c)
			if absent := (*client.AbsentError)(nil); errors.As(err, &absent) && absent.HasReports() {
				return watchRun(cmd.Context(), e, absent, display.NewObserver(e, asJSON), args)
			}
			if err != nil {
				return err
			}
			defer cl.Close()
			if err := selection.RequireLaunched(cl.Root, args); err != nil {
				return err
			}
			f := follow.New(cl, display.NewObserver(e, asJSON), nil, args...)
			if err := f.Listen(cmd.Context()); err != nil {
				return err
			}
			defer f.Close()
			err = f.Run(cmd.Context(), e)
			var signal *cli.Interrupted
			if len(args) == 0 && errors.As(err, &signal) {
				return nil
			}
			return err
		},
	}
	choice.AddFlag(cmd)
	c.AddFlags(cmd, e)
	cmd.Flags().BoolVar(&asJSON, "json", false, "write events as JSON, one object per line")
	cmd.ValidArgsFunction = cli.CompleteEach(selection.LaunchedNames(e, &choice))
	return cmd
}

// watchRun follows sweeps of a `run` in another process.
func watchRun(ctx context.Context, e *cli.Env, absent *client.AbsentError, o display.Observer, names []string) error {
	r, err := root.OpenExisting(absent.Path)
	if err != nil {
		return err
	}
	if err := selection.RequireLaunched(r, names); err != nil {
		return err
	}
	f, err := follow.NewRun(r, absent.Holder, o, names...)
	if err != nil {
		return err
	}
	err = f.Run(ctx)
	var signal *cli.Interrupted
	if len(names) == 0 && errors.As(err, &signal) {
		return nil
	}
	return err
}
