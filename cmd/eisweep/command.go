package main

import (
	"context"
	"errors"

	"eisweep/cmd/eisweep/internal/adjust"
	"eisweep/cmd/eisweep/internal/analysis"
	"eisweep/cmd/eisweep/internal/checkup"
	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/daemon"
	"eisweep/cmd/eisweep/internal/history"
	"eisweep/cmd/eisweep/internal/retire"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/cmd/eisweep/internal/sharing"
	"eisweep/cmd/eisweep/internal/sweepfiles"

	"github.com/spf13/cobra"
)

const welcome = `eisweep runs parameter sweeps of the E/I-assemblies model.

Common commands:

  eisweep run quick           run a sweep: a shipped one, or a file such as tuning.toml
  eisweep plan tuning.toml    show what a run would do: tasks, files, time, disk
  eisweep show quick          show the results of a sweep, a task or a file

Results are HDF5 files in ~/experiments/ei-assemblies/<sweep>/, with a manifest.jsonl
beside them; --path or EISWEEP_ROOT chooses another directory. Running a sweep again
runs only tasks that are new, missing or damaged.
`

// newCommand builds the tree of commands.
func newCommand(e *cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:           "eisweep",
		Short:         "Run parameter sweeps of the E/I-assemblies model",
		Long:          welcome,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       cli.Version(),
		Args:          cli.RefuseUnknownCommand,
		RunE:          func(cmd *cobra.Command, args []string) error { return cmd.Help() },
	}
	cmd.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		return errors.Join(cli.CheckFlags(cmd), cli.ChooseKernels(e))
	}
	cmd.CompletionOptions.DisableDefaultCmd = true
	cmd.Flags().Bool("version", false, "print the version of the program (the command version prints more)")
	cmd.SetVersionTemplate("eisweep {{.Version}}\n")
	cmd.SetOut(e.Stdout)
	cmd.SetErr(e.Stderr)
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return cli.FlagError(cmd, err)
	})
	addCommands(e, cmd)
	cmd.SetHelpCommandGroupID("Other:")
	cmd.SetHelpCommand(&cobra.Command{Use: "help [COMMAND]", GroupID: "Other:", Short: "Show help for a command",
		RunE: func(c *cobra.Command, args []string) error {
			found, rest, err := cmd.Find(args)
			if found == cmd && err == nil {
				err = cli.RefuseUnknownCommand(cmd, rest)
			}
			if err != nil {
				return cli.Usagef("%s", err.Error())
			}
			return found.Help()
		}})
	return cmd
}

// addCommands adds every command, in groups as help lists them.
func addCommands(e *cli.Env, cmd *cobra.Command) {
	steer := make([]*cobra.Command, len(steerCommands))
	for i, s := range steerCommands {
		steer[i] = newSteerCommand(e, s)
	}
	for _, g := range []struct {
		title    string
		commands []*cobra.Command
	}{
		{"On this machine:", []*cobra.Command{newRunCommand(e), newPlanCommand(e)}},
		{"On several machines:", append([]*cobra.Command{newCoordinatorCommand(e), newWorkerCommand(e), newLaunchCommand(e),
			newWorkersCommand(e), newDrainCommand(e), newSlurmCommand(e), newKeysCommand(), adjust.NewCommand(e)}, steer...)},
		{"Monitoring:", []*cobra.Command{newStatusCommand(e), newWatchCommand(e), newTasksCommand(e), newShowCommand(e),
			newLogsCommand(e), history.NewCommand(e), newExplainCommand(e), daemon.NewDashboardCommand(e),
			checkup.NewProblemsCommand(e)}},
		{"Analysis:", []*cobra.Command{analysis.NewTableCommand(e), analysis.NewPlotCommand(e), analysis.NewReportCommand(e)}},
		{"Maintenance:", []*cobra.Command{newRerunCommand(e), newVerifyCommand(e), newCleanCommand(e),
			retire.NewArchiveCommand(e), retire.NewRemoveCommand(e), retire.NewRenameCommand(e)}},
		{"Sharing:", []*cobra.Command{sharing.NewPackCommand(e), sharing.NewUnpackCommand(e)}},
		{"Other:", []*cobra.Command{newParamsCommand(e), sweepfiles.NewSchemaCommand(e),
			newBenchCommand(e), newVersionCommand(e), newCompletionCommand(e)}},
	} {
		cmd.AddGroup(&cobra.Group{ID: g.title, Title: g.title})
		for _, c := range g.commands {
			c.GroupID = g.title
			cmd.AddCommand(c)
		}
	}
	cmd.AddCommand(newProbeCommand(e))
}

// connect announces the root that was chosen and connects to its coordinator, for a command that can do nothing without one.
func connect(ctx context.Context, e *cli.Env, choice *selection.Root, c *client.Connection) (*client.Client, error) {
	path, err := choice.Announce(e)
	if err != nil {
		return nil, err
	}
	return client.Connect(ctx, e, path, c)
}
