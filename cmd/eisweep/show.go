package main

import (
	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/root"
)

func newShowCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var s inspect.ShowOptions
	cmd := &cobra.Command{
		Use:   "show SWEEP|TASK|FILE",
		Short: "Tell of a sweep, a task or a result file: parameters, provenance, failure, log",
		Long: `Tell of a sweep, a task or a result file.

SWEEP is the name of one that was run. TASK is an id (t and 32 hex digits) or the start
of one. FILE is the path of a result, from here or from the root; files of the published
program are told of as far as they tell.`,
		Example: `  eisweep show quick
  eisweep show t3f0c1ab2
  eisweep show quick/results~pl.is_plastic=BOTH~seed=1.h5 --all`,
		Args: cli.ExactlyOne("a sweep's name, a task's id or a result file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := choice.Announce(e)
			if err != nil {
				return err
			}
			r, err := root.OpenToPlan(path)
			if err != nil {
				return err
			}
			return cli.OrInterrupted(cmd.Context(), s.Show(cmd.Context(), e, r, args[0]))
		},
	}
	choice.AddFlag(cmd)
	f := cmd.Flags()
	f.BoolVar(&s.All, "all", false, "every parameter or task, not only those that say something new")
	f.BoolVar(&s.Log, "log", false, "the whole log, not only its end")
	f.BoolVar(&s.JSON, "json", false, "write JSON: one object, for a sweep one per task")
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		return selection.LaunchedNames(e, &choice)(), cobra.ShellCompDirectiveDefault
	}
	return cmd
}
