package cli

import (
	"slices"

	"github.com/spf13/cobra"
)

// completer is what cobra asks for the words that may follow.
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

// plainWords are the words that a shell takes as they are. Others, which a host's name or
// a folder's could be, don't get into a shell by completion.
func plainWords(words []string) []string {
	return slices.DeleteFunc(words, func(word string) bool { return ShellQuote(word) != word })
}

// CompleteWords completes an option with a list of words.
func CompleteWords(words ...string) completer {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words, cobra.ShellCompDirectiveNoFileComp
	}
}
