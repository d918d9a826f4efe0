package main

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/analysis"
	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/cmd/eisweep/internal/follow"
	"eisweep/cmd/eisweep/internal/local"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/control"
	"eisweep/sweeps"
)

func newLaunchCommand(e *cli.Env) *cobra.Command {
	var s selection.Sweeps
	var l launchOptions
	var hooks local.Hooks
	cmd := &cobra.Command{
		Use:   "launch FILE|NAME…",
		Short: "Launch sweeps on the coordinator's workers",
		Long: `Launch sweeps on the workers of the root's coordinator. Arguments and options are those
of ` + "`run`" + `. Tasks that already have a result are skipped.

The command returns when the coordinator has accepted the sweeps. --follow shows their
progress until they end, and exits with the codes of ` + "`run`" + `; Ctrl-C then stops following,
not the sweeps. Launching a sweep again is safe; launching an edited file runs only new
tasks.

Hooks (--on-finish, --on-failure, --webhook) need a coordinator with --allow-hooks. Their
commands run in the root directory on the coordinator's machine, as its user.`,
		Example: `  eisweep launch tuning.toml --follow
  eisweep launch approximate perturb
  eisweep launch urgent.toml --priority 10
  eisweep launch background.toml --priority -1 --max-running 8`,
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := s.Load(cmd.Context(), e, args)
			if err != nil {
				return err
			}
			if l.request.Hooks, err = hooks.Request(e); err != nil {
				return err
			}
			cl, err := connect(cmd.Context(), e, &s.Root, &l.Connection)
			if err != nil {
				return err
			}
			defer cl.Close()
			l.request.Sweeps = sweepFiles(list)
			return l.launch(cmd.Context(), e, cl)
		},
	}
	s.AddFlags(cmd)
	cmd.ValidArgsFunction = s.CompleteSweeps(e)
	l.Connection.AddFlags(cmd, e)
	f := cmd.Flags()
	f.IntVar(&l.request.Priority, "priority", 0,
		"priority `N`: sweeps of higher priority run first; sweeps of equal priority share the workers evenly")
	f.IntVar(&l.request.MaxRunning, "max-running", 0, "run at most `N` tasks of each sweep at a time (default: any number)")
	f.BoolVar(&l.request.Supersede, "supersede", false, "move conflicting result files of other tasks to superseded/")
	local.AddDropFlag(cmd, &l.request.Drop)
	f.BoolVar(&l.request.Dry, "dry-run", false, "show what would be done, without doing it")
	l.addFollowFlags(cmd)
	hooks.AddFlags(cmd)
	return cmd
}

// launchOptions is a launch request, and how its progress is shown.
type launchOptions struct {
	client.Connection
	request        control.LaunchRequest
	subset         *follow.TaskSubset // of a rerun
	follow, asJSON bool
}

// addFollowFlags adds --follow and --json.
func (l *launchOptions) addFollowFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&l.follow, "follow", "f", false, "show progress until the sweeps end")
	cmd.Flags().BoolVar(&l.asJSON, "json", false, "write events as JSON, one object per line")
}

// sweepFiles are sweeps in the form of a launch request.
func sweepFiles(list []*sweeps.Sweep) []control.SweepFile {
	var out []control.SweepFile
	for _, s := range list {
		out = append(out, control.SweepFile{Path: s.Name() + ".toml", TOML: string(s.TOML())})
	}
	return out
}

// launch sends the request and prints the plan; with --follow it shows progress.
func (l *launchOptions) launch(ctx context.Context, e *cli.Env, c *client.Client) error {
	o := display.NewObserver(e, l.asJSON)
	f := follow.New(c, o, l.subset)
	if l.follow && !l.request.Dry {
		if err := f.Listen(ctx); err != nil {
			return err
		}
		defer f.Close()
	}
	plan, err := l.send(ctx, e, c)
	if err != nil {
		return err
	}
	if l.request.Hooks != nil && !plan.Hooks {
		e.Notef("the coordinator is of an earlier version, and runs no hooks")
	}
	var names []string
	for i := range plan.Sweeps {
		names = append(names, plan.Sweeps[i].Name)
	}
	f.SetNames(names)
	if l.request.Dry {
		return l.printDryRun(e, o, &plan)
	}
	o.Plan(plan)
	if plan.Executes() > 0 && !l.follow { // a follower warns later
		follow.NoteNoWorkers(ctx, e, c)
	}
	if l.follow {
		err := f.Run(ctx, e)
		if !l.asJSON {
			analysis.WriteHeads(ctx, e, c.Root.Path(), f.Summary())
		}
		return err
	}
	if plan.Executes() > 0 && !l.asJSON {
		e.Linef("launched; follow with: eisweep watch%s%s", watchArguments(names), e.Flags())
	}
	return nil
}

// maxWatched is the largest number of sweeps that the command to follow a launch names.
const maxWatched = 5

// watchArguments are the arguments with which watch follows a launch: the names of its sweeps, or none, and thus every sweep, if
// they are too many to read.
func watchArguments(names []string) string {
	if len(names) > maxWatched {
		return ""
	}
	return " " + strings.Join(names, " ")
}

// send sends the request, and asks a person before moving result files that are in the way. Directories are as this machine has
// them.
func (l *launchOptions) send(ctx context.Context, e *cli.Env, c *client.Client) (plan control.Plan, err error) {
	defer func() {
		for i := range plan.Sweeps {
			plan.Sweeps[i].Dir = c.Root.SweepDir(plan.Sweeps[i].Name)
		}
	}()
	for {
		plan, err = client.Ask[control.Plan](ctx, c, control.VerbLaunch, l.request)
		var refusal *control.Refusal
		asks := e.Interactive && !l.asJSON
		if !errors.As(err, &refusal) {
			return plan, err
		}
		switch refusal.Kind {
		case control.InTheWay:
			if !asks {
				return plan, err
			}
			if agreed, asked := local.ConfirmSupersede(ctx, e, refusal.Count, refusal.Sweep); !agreed {
				return plan, cmp.Or(asked, err)
			}
			l.request.Supersede = true
		case control.Drops:
			err = local.KeepHint(e, "launch", refusal.Sweep, refusal.Source, err)
			if !asks {
				return plan, err
			}
			if err := local.ConfirmDrop(ctx, e, err); err != nil {
				return plan, err
			}
			l.request.Drop = true
		default:
			return plan, err
		}
	}
}

// printDryRun prints what a launch would do.
func (l *launchOptions) printDryRun(e *cli.Env, o display.Observer, p *control.Plan) error {
	may := permissions{l.request.Supersede, l.request.Drop}
	if l.asJSON {
		o.Plan(*p)
	} else {
		for i := range p.Sweeps {
			writeSweepRows(e, &p.Sweeps[i], may)
		}
		e.Linef("nothing was launched (--dry-run)")
	}
	return may.check(p.Sweeps)
}
