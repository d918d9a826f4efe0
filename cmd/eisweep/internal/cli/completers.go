package cli

import (
	"slices"

	"github.com/spf13/cobra"
)

// completer is a function that cobra calls for completions.
type completer = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective)

// CompleteFirst completes the first argument with a list of words.
func CompleteFirst(words func() []string) completer {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return plainWords(words()), cobra.ShellCompDirectiveNoFileComp
	}
}

// CompleteEach completes every argument with a list of words.
func CompleteEach(words func() []string) completer {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return plainWords(words()), cobra.ShellCompDirectiveNoFileComp
	}
}

// plainWords keeps the words that a shell takes literally. Others, such as an odd directory name, are not completed, so that
// they cannot get into a command line.
func plainWords(words []string) []string {
	return slices.DeleteFunc(words, func(word string) bool { return ShellQuote(word) != word })
}

// CompleteWords completes an option with a list of words.
func CompleteWords(words ...string) completer {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words, cobra.ShellCompDirectiveNoFileComp
	}
}
