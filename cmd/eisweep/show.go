package main

import (
	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/analysis"
	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/root"
)

func newShowCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var s inspect.ShowOptions
	var m analysis.Methods
	methods := false
	cmd := &cobra.Command{
		Use:   "show SWEEP|TASK|FILE|DIRECTORY",
		Short: "Show a sweep, a task or a result file",
		Long: `Show a sweep, a task or a result file: parameters, provenance, failure and log.

SWEEP is the name of a sweep that was run. TASK is a task's id (t and 32 hex digits) or
a unique prefix. FILE is the path of a result, relative to the current directory or to
the root. Files of the published program are shown as far as they can be read.
DIRECTORY is the path of a sweep's directory, such as a copy or one that was unpacked.

With --methods, show writes a paragraph about a sweep for the methods section of a paper:
the model, network sizes, what varied, seeds, parameters that differ from the defaults,
suspect results, and what identifies the results.`,
		Example: `  eisweep show quick
  eisweep show quick --methods
  eisweep show t3f0c1ab2
  eisweep show quick/results~pl.is_plastic=BOTH~seed=1.h5 --all`,
		Args: cli.ExactlyOne("a sweep's name, a task's id or a result file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if methods && s.JSON {
				return cli.Usagef("--methods writes text: leave out --json")
			}
			if !methods && cmd.Flags().Changed("suspect") {
				return cli.Usagef("--suspect needs --methods; `eisweep tasks SWEEP --suspect` lists suspect results")
			}
			if m.Choice.Root = choice; methods {
				return cli.OrInterrupted(cmd.Context(), m.Write(cmd.Context(), e, args[0]))
			}
			if selection.IsDirectory(args[0]) {
				return cli.OrInterrupted(cmd.Context(), s.Directory(cmd.Context(), e, args[0]))
			}
			path, err := choice.Announce(e)
			if err != nil {
				return err
			}
			r, err := root.OpenToPlan(path)
			if err != nil {
				return err
			}
			s.Running = client.ReadRunReport(r).Running()
			return cli.OrInterrupted(cmd.Context(), s.Show(cmd.Context(), e, r, args[0]))
		},
	}
	choice.AddFlag(cmd)
	f := cmd.Flags()
	f.BoolVar(&s.All, "all", false, "show every parameter or task")
	f.BoolVar(&s.Log, "log", false, "show the whole log")
	f.BoolVar(&methods, "methods", false, "write a methods paragraph about a sweep")
	f.StringVar(&m.Suspect, "suspect", "keep", "with --methods: whether the analysis has the suspect results: `keep|drop`")
	cmd.RegisterFlagCompletionFunc("suspect", cli.CompleteWords("keep", "drop"))
	f.BoolVar(&s.JSON, "json", false, "write JSON: one object, or for a sweep one per task")
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		return selection.LaunchedNames(e, &choice)(), cobra.ShellCompDirectiveDefault
	}
	return cmd
}
