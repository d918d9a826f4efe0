package cli

import (
	"cmp"
	"strings"

	"github.com/spf13/cobra"
)

// RefuseUnknownCommand rejects arguments that are not a command, and suggests the nearest command.
func RefuseUnknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	near := ""
	cmd.SuggestionsMinimumDistance = 2
	if s := cmd.SuggestionsFor(args[0]); len(s) > 0 {
		near = "; did you mean " + strings.Join(s, " or ") + "?"
	}
	return Usagef("unknown command %q%s run `eisweep` for a list of commands", args[0], cmp.Or(near, ";"))
}

// AtMost rejects more than n arguments; what describes them in the error.
func AtMost(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n && n == 0 {
			return Usagef("%s takes no arguments, but got %q", cmd.CommandPath(), args[0])
		}
		if len(args) > n {
			return Usagef("%s takes only %s, but also got %q", cmd.CommandPath(), what, args[n])
		}
		return nil
	}
}

// ExactlyOne requires one argument; what describes it in the error.
func ExactlyOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return Usagef("%s needs %s", cmd.CommandPath(), what)
		}
		return AtMost(1, what)(cmd, args)
	}
}
