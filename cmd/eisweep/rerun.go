package main

import (
	"context"
	"errors"

	"eisweep/cmd/eisweep/internal/local"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/control"
	"eisweep/internal/root"
	"eisweep/sim"
	"eisweep/sweeps"
)

func newRerunCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var r rerunOptions
	cmd := &cobra.Command{
		Use:   "rerun SWEEP",
		Short: "Run tasks of a sweep again",
		Long: `Run tasks of a sweep's latest launch again: those that match all of the given options.
The command prints what it will do before it starts; --dry-run stops there.

With --set, each task is replaced by one with the given parameter value. Its file is
named for the value, the stored sweep file has the replacement from then on, and
PERTURB tasks use it as their source. Without --set, tasks that failed with class
numeric or invalid fail again, and suspect results turn out the same;
` + "`tasks SWEEP --suspect`" + ` names the parameters that usually cause them.

If the root has a coordinator, its workers run the tasks, and the command returns when
the coordinator has accepted them, or with --follow when they are done. Otherwise the
tasks run on this machine.`,
		Example: `  eisweep rerun tuning --failed
  eisweep rerun tuning --failed --class numeric --set numint.dt=0.0005
  eisweep rerun tuning --suspect --set sy.e2e.w_total=2
  eisweep rerun tuning --where pl.is_plastic=EXC --seeds 3,5
  eisweep rerun tuning --task t3f0c1ab2… --dry-run`,
		Args: cli.ExactlyOne("the name of a sweep that was run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := r.parse(); err != nil {
				return err
			}
			opened, err := choice.Open(e)
			if err != nil {
				return err
			}
			return r.run(cmd.Context(), e, opened, args[0])
		},
	}
	choice.AddFlag(cmd)
	r.Connection.AddFlags(cmd, e)
	r.flags(cmd)
	cmd.ValidArgsFunction = cli.CompleteFirst(selection.LaunchedNames(e, &choice))
	return cmd
}

// rerunOptions is which tasks of a sweep run again, and how.
type rerunOptions struct {
	local.Execution
	client.Connection
	selection.TaskFilter
	follow   bool // if a coordinator does it
	all, dry bool
	set      []string
	changes  []sim.Setting      // parsed from set
	selected map[sweeps.ID]bool // tasks
}

func (r *rerunOptions) flags(cmd *cobra.Command) {
	r.TaskFilter.AddFlags(cmd)
	f := cmd.Flags()
	f.BoolVar(&r.all, "all", false, "every task")
	f.StringArrayVar(&r.set, "set", nil, "replace the tasks with ones that have `NAME=VALUE`; repeatable")
	f.BoolVar(&r.dry, "dry-run", false, "show what would be done, without doing it")
	f.BoolVarP(&r.follow, "follow", "f", false, "if the root has a coordinator: show progress until the tasks are done")
	r.Execution.AddFlags(cmd)
	cmd.RegisterFlagCompletionFunc("set", selection.CompleteSettings)
}

// parse validates the options.
func (r *rerunOptions) parse() (err error) {
	if r.IsEmpty() && !r.all {
		return cli.Usagef("select tasks with --failed, --suspect, --class, --where, --seeds or --task, or give --all")
	}
	if err := r.TaskFilter.Parse(); err != nil {
		return err
	}
	r.changes, err = selection.ParseSettings(r.set)
	return err
}

func (r *rerunOptions) run(ctx context.Context, e *cli.Env, opened *root.Root, name string) error {
	if err := selection.RequireLaunched(opened, []string{name}); err != nil {
		return err
	}
	status, err := selection.ReadSweep(ctx, e, opened, name)
	if err != nil {
		return cli.OrInterrupted(ctx, err)
	}
	if err := r.CompleteIDs(status); err != nil {
		return err
	}
	chosen, classes, same, err := r.selectTasks(status)
	if err != nil {
		return err
	}
	if len(chosen) == 0 && same > 0 {
		return cli.Usagef("%s already %s %s: without --set %s again; another value replaces %s",
			cli.Count(same, "selected task"), cli.Plural(same, "has", "have"), settingsText(r.changes),
			cli.Plural(same, "it runs", "they run"), cli.Plural(same, "it", "them"))
	}
	if len(chosen) == 0 {
		r.printf(e, "nothing to run: no task of %s matches (it has %s)", name, cli.Count(len(status.Tasks), "task"))
		if r.JSON {
			display.NewEvents(e).Plan(control.Plan{Sweeps: []control.SweepPlan{{Name: name, Dir: opened.SweepDir(name)}}})
		}
		return nil
	}
	if err := r.buildRequest(status, chosen); err != nil {
		return err
	}
	if r.dry {
		return r.printDryRun(ctx, e, opened, func() { r.printSelection(e, opened, status, chosen, classes) })
	}
	r.printSelection(e, opened, status, chosen, classes)
	cl, err := client.Open(ctx, e, opened, &r.Connection)
	if absent := (*client.AbsentError)(nil); errors.As(err, &absent) {
		absent.NoteCopy(e)
		return r.Run(ctx, e, opened.Path())
	}
	if err != nil {
		return err
	}
	defer cl.Close()
	cl.WarnIfCopy(e)
	return r.launch(ctx, e, cl)
}
