package retire

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/ownership"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/coordinator/hooks"
	"eisweep/coordinator/removal"
	"eisweep/internal/control"
	"eisweep/internal/root"
)

// NewRemoveCommand is `eisweep remove`.
func NewRemoveCommand(e *cli.Env) *cobra.Command {
	var x remover
	cmd := &cobra.Command{
		Use:   "remove SWEEP…",
		Short: "Remove sweeps with their results",
		Long: `Remove sweeps from the root, with their results, manifests and sweep files. Results
that other sweeps share remain in those sweeps. The command first lists what it will
remove, and the PERTURB sweeps that start from its networks, and asks for confirmation.

While a coordinator runs, a sweep with unfinished tasks cannot be removed: cancel it first.
A sweep whose networks an unfinished sweep needs cannot be removed either. To keep the
results in one file, use ` + "`archive`" + `.`,
		Example: `  eisweep remove tuning --dry-run
  eisweep remove tuning pilot --yes`,
		Args: atLeastOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			names := slices.Compact(slices.Sorted(slices.Values(args)))
			return cli.OrInterrupted(cmd.Context(), x.run(cmd.Context(), e, names))
		},
	}
	x.addFlags(cmd, e)
	cmd.Flags().BoolVar(&x.dry, "dry-run", false, "show what would be removed, without removing it")
	cmd.Flags().BoolVar(&x.asJSON, "json", false, "write JSON, one object per sweep and line")
	cmd.ValidArgsFunction = cli.CompleteEach(selection.LaunchedNames(e, &x.choice))
	return cmd
}

// atLeastOne requires the name of a sweep.
func atLeastOne(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cli.Usagef("%s needs the name of a sweep", cmd.CommandPath())
	}
	return nil
}

// remover removes sweeps.
type remover struct {
	choice           selection.Root
	connection       client.Connection
	yes, dry, asJSON bool

	root *root.Root
}

func (x *remover) addFlags(cmd *cobra.Command, e *cli.Env) {
	x.choice.AddFlag(cmd)
	x.connection.AddFlags(cmd, e)
	cmd.Flags().BoolVar(&x.yes, "yes", false, "do not ask for confirmation")
}

func (x *remover) run(ctx context.Context, e *cli.Env, names []string) error {
	if err := x.examine(ctx, e, names); err != nil || x.dry {
		return err
	}
	removed, err := x.ask(ctx, e, control.Remove{Sweeps: names})
	for i := range removed.Sweeps {
		s := &removed.Sweeps[i]
		if x.asJSON {
			err = errors.Join(err, e.Encoder().Encode(s))
		} else {
			e.Linef("%s: removed, %s", s.Name, cli.Size(s.Bytes))
		}
	}
	return err
}

// examine says what the removal of sweeps would do, and asks for confirmation.
func (x *remover) examine(ctx context.Context, e *cli.Env, names []string) (err error) {
	if x.root, err = x.choice.Open(e); err != nil {
		return err
	}
	if err := selection.RequireLaunched(x.root, names); err != nil {
		return err
	}
	found, err := x.ask(ctx, e, control.Remove{Sweeps: names, Dry: true})
	if err != nil {
		return err
	}
	var depending []string
	for i := range found.Sweeps {
		s := &found.Sweeps[i]
		for _, d := range s.Dependents {
			if d.Error == "" && !slices.Contains(names, d.Name) {
				depending = append(depending, d.Name)
			}
		}
		if x.asJSON && x.dry {
			err = errors.Join(err, e.Encoder().Encode(s))
		} else {
			describe(e, s)
		}
	}
	switch {
	case err != nil || x.dry || x.yes:
		return err
	case !e.Interactive || x.asJSON:
		return cli.Usagef("nothing was removed: confirm it with --yes%s", cli.InParentheses(needed(depending)))
	}
	agreed, err := e.Confirm(ctx, "Remove %s from the root?%s", cli.Enumerate(names), cli.InParentheses(needed(depending)))
	if err == nil && !agreed {
		err = cli.Usagef("nothing was removed")
	}
	return err
}

// needed says which sweeps cannot be run again; "" if there are none.
func needed(depending []string) string {
	if len(depending) == 0 {
		return ""
	}
	slices.Sort(depending)
	depending = slices.Compact(depending)
	return fmt.Sprintf("%s %s from their networks", cli.Enumerate(depending), cli.Plural(len(depending), "starts", "start"))
}

// describe prints what the removal of a sweep does.
func describe(e *cli.Env, s *control.RemovedSweep) {
	shared := ""
	if s.Shared > 0 {
		shared = fmt.Sprintf("; %d of them %s shared with other sweeps, which keep them", s.Shared, cli.Plural(s.Shared, "is", "are"))
	}
	status := ""
	if s.Status == control.Open || s.Status == control.Paused {
		status = "; it is " + string(s.Status) + ", with tasks left"
	}
	e.Linef("%s: %s, %s%s%s", s.Name, cli.Count(s.Results, "result"), cli.Size(s.Bytes), shared, status)
	describeHooks(e, s)
	describeDependents(e, s, "without them it can be read, but not be run again")
}

// describeHooks prints how many hooks are never delivered.
func describeHooks(e *cli.Env, s *control.RemovedSweep) {
	if s.Hooks > 0 {
		e.Linef("  %s of %s %s not been delivered, and %s dropped", cli.Count(s.Hooks, "hook"), s.Name, cli.Plural(s.Hooks, "has", "have"),
			cli.Plural(s.Hooks, "is", "are"))
	}
}

// describeDependents prints which sweeps depend on one, and what that means for them.
func describeDependents(e *cli.Env, s *control.RemovedSweep, means string) {
	for _, d := range s.Dependents {
		if d.Error != "" {
			e.Linef("  whether %s starts from its networks is not known: %s", d.Name, cli.FirstLine(d.Error))
		} else {
			e.Linef("  %s starts from its networks: %s", d.Name, means)
		}
	}
}

// ask has the root's coordinator do something, or does it as the owner of the root.
func (x *remover) ask(ctx context.Context, e *cli.Env, request control.Remove) (control.Removed, error) {
	cl, err := client.Open(ctx, e, x.root, &x.connection)
	var absent *client.AbsentError
	switch {
	case errors.As(err, &absent):
		absent.NoteCopy(e)
		return x.locally(ctx, e, request)
	case err != nil:
		return control.Removed{}, err
	}
	defer cl.Close()
	cl.WarnIfCopy(e)
	return client.Ask[control.Removed](ctx, cl, control.VerbRemove, request)
}

func (x *remover) locally(ctx context.Context, e *cli.Env, request control.Remove) (out control.Removed, err error) {
	own, err := ownership.Open(ctx, e, x.root.Path(), nil, e.Notef)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, own.Close()) }()
	for _, name := range request.Sweeps {
		s, err := removal.Examine(own.Root, name)
		if err == nil {
			err = removal.Refuse(&s, true)
		}
		if err == nil && !request.Dry {
			_, err = removal.CheckUnchanged(own.Root, name, request.Archived)
			err = errors.Join(ctx.Err(), err)
		}
		s.Hooks = hooks.Undelivered(own.Root, name)
		if err == nil && !request.Dry {
			err = own.Lease.Check(ctx)
		}
		if err == nil && !request.Dry {
			err = hooks.Discard(own.Root, name)
		}
		if err == nil && !request.Dry {
			err = removal.Remove(own.Root, name, request.Archived, func() error { return own.Lease.Check(ctx) })
		}
		if err != nil {
			return out, err
		}
		out.Sweeps = append(out.Sweeps, s)
	}
	return out, nil
}
