package retire

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/ownership"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/coordinator/hooks"
	"eisweep/coordinator/removal"
	"eisweep/internal/control"
)

// NewRenameCommand is `eisweep rename`.
func NewRenameCommand(e *cli.Env) *cobra.Command {
	var x remover
	cmd := &cobra.Command{
		Use:   "rename SWEEP NAME",
		Short: "Rename a sweep",
		Long: `Rename a sweep: its directory, its sweep file and its manifest. Tasks keep their ids, and
results stay the same files. If PERTURB sweeps start from its networks, the command lists
them and asks for confirmation: to launch them again, you will need --source NAME.

While a coordinator runs, a sweep with unfinished tasks cannot be renamed: cancel it first.
The file system must support hard links.`,
		Example: `  eisweep rename tuning tuning-2025`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return cli.Usagef("%s needs the name of a sweep and its new name", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return cli.OrInterrupted(cmd.Context(), x.rename(cmd.Context(), e, args[0], args[1]))
		},
	}
	x.addFlags(cmd, e)
	cmd.ValidArgsFunction = cli.CompleteFirst(selection.LaunchedNames(e, &x.choice))
	return cmd
}

func (x *remover) rename(ctx context.Context, e *cli.Env, from, to string) (err error) {
	if x.root, err = x.choice.Open(e); err != nil {
		return err
	}
	if err := selection.RequireLaunched(x.root, []string{from}); err != nil {
		return err
	}
	found, err := x.askRename(ctx, e, control.Rename{Sweep: from, To: to, Dry: true})
	if err != nil {
		return err
	}
	describeHooks(e, &found)
	describeDependents(e, &found, "launch it again with --source "+to)
	switch {
	case x.yes || len(found.Dependents) == 0:
	case !e.Interactive:
		return cli.Usagef("nothing was renamed: confirm it with --yes")
	default:
		if agreed, err := e.Confirm(ctx, "Rename %s to %s?", from, to); err != nil {
			return err
		} else if !agreed {
			return cli.Usagef("nothing was renamed")
		}
	}
	if _, err := x.askRename(ctx, e, control.Rename{Sweep: from, To: to}); err != nil {
		return err
	}
	e.Linef("%s is now %s: %s", from, to, x.root.SweepDir(to))
	return nil
}

// askRename has the root's coordinator rename a sweep, or does it as the owner of the root.
func (x *remover) askRename(ctx context.Context, e *cli.Env, request control.Rename) (out control.RemovedSweep, err error) {
	cl, err := client.Open(ctx, e, x.root, &x.connection)
	var absent *client.AbsentError
	switch {
	case err == nil:
		defer cl.Close()
		cl.WarnIfCopy(e)
		return client.Ask[control.RemovedSweep](ctx, cl, control.VerbRename, request)
	case !errors.As(err, &absent):
		return out, err
	}
	absent.NoteCopy(e)
	own, err := ownership.Open(ctx, e, x.root.Path(), nil, e.Notef)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, own.Close()) }()
	if err := removal.CheckName(own.Root, request.To); err != nil {
		return out, err
	}
	if out, err = removal.Examine(own.Root, request.Sweep); err == nil {
		err = removal.Refuse(&out, true)
	}
	out.Hooks = hooks.Undelivered(own.Root, request.Sweep)
	if err != nil || request.Dry {
		return out, err
	}
	check := func() error { return own.Lease.Check(ctx) }
	if err = removal.Rename(own.Root, request.Sweep, request.To, check); err == nil {
		err = check()
	}
	if err == nil {
		err = hooks.Discard(own.Root, request.Sweep)
	}
	return out, err
}
