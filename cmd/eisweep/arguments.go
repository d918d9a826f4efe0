package main

import (
	"cmp"
	"strings"

	"github.com/spf13/cobra"
)

// noCommand refuses words that are no command, with the nearest that is.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	near := ""
	if s := cmd.SuggestionsFor(args[0]); len(s) > 0 {
		near = "; did you mean " + strings.Join(s, " or ") + "?"
	}
	return usage("unknown command %q%s `eisweep` lists what there is", args[0], cmp.Or(near, ";"))
}

// atMost refuses more than n arguments, which are called what.
func atMost(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n && n == 0 {
			return usage("%s takes no argument, and %q is one", cmd.CommandPath(), args[0])
		}
		if len(args) > n {
			return usage("%s takes %s and no more, not also %q", cmd.CommandPath(), what, args[n])
		}
		return nil
	}
}

// exactlyOne wants one argument, which is called what.
func exactlyOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage("%s needs %s", cmd.CommandPath(), what)
		}
		return atMost(1, what)(cmd, args)
	}
}
