package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/internal/root"
)

func newShowCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var s showing
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
			return cli.OrInterrupted(cmd.Context(), s.show(cmd.Context(), e, r, args[0]))
		},
	}
	choice.AddFlag(cmd)
	f := cmd.Flags()
	f.BoolVar(&s.all, "all", false, "every parameter or task, not only those that say something new")
	f.BoolVar(&s.log, "log", false, "the whole log, not only its end")
	f.BoolVar(&s.asJSON, "json", false, "write JSON: one object, for a sweep one per task")
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		return selection.LaunchedNames(e, &choice)(), cobra.ShellCompDirectiveDefault
	}
	return cmd
}

// showing is how something is told of.
type showing struct{ all, log, asJSON bool }

// show finds out what was named: a file looks like one, a task's id starts with t
// and hex digits, and everything else is a sweep; a sweep's name goes before an id.
func (s *showing) show(ctx context.Context, e *cli.Env, r *root.Root, what string) error {
	launched, err := r.Sweeps()
	if err != nil {
		return err
	}
	for _, name := range launched {
		if name == what {
			return s.sweep(ctx, e, r, name)
		}
	}
	switch {
	case strings.Contains(what, "/") || strings.HasSuffix(what, ".h5"):
		return s.file(ctx, e, r, what)
	case looksLikeID(what):
		return s.task(ctx, e, r, launched, what)
	}
	return selection.MissingSweep(r, what, launched)
}

func looksLikeID(text string) bool {
	return len(text) > 1 && len(text) <= 33 && text[0] == 't' && strings.Trim(text[1:], "0123456789abcdef") == ""
}
