package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"eisweep/sim"
	"eisweep/sweeps"
)

func newCompletionCommand(e *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish",
		Short: "Print the script that completes commands in a shell",
		Example: `  eisweep completion bash > ~/.local/share/bash-completion/completions/eisweep
  eisweep completion zsh > "${fpath[1]}/_eisweep"
  eisweep completion fish > ~/.config/fish/completions/eisweep.fish`,
		Args:      exactlyOne("the shell: bash, zsh or fish"),
		ValidArgs: []string{"bash", "zsh", "fish"},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch args[0] {
			case "bash":
				return cmd.Root().GenBashCompletionV2(e.stdout, true)
			case "zsh":
				return cmd.Root().GenZshCompletion(e.stdout)
			case "fish":
				return cmd.Root().GenFishCompletion(e.stdout, true)
			}
			return usage("unknown shell %q: it is bash, zsh or fish", args[0])
		},
	}
}

// completer is what cobra asks for the words that may follow.
type completer = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective)

// completeFirst completes the first argument with a list of words.
func completeFirst(words func() []string) completer {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return plainWords(words()), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeEach completes every argument with a list of words.
func completeEach(words func() []string) completer {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return plainWords(words()), cobra.ShellCompDirectiveNoFileComp
	}
}

// plainWords are the words that a shell takes as they are. Others, which a host's name or
// a folder's could be, don't get into a shell by completion.
func plainWords(words []string) []string {
	return slices.DeleteFunc(words, func(word string) bool { return quoted(word) != word })
}

// completeWords completes an option with a list of words.
func completeWords(words ...string) completer {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words, cobra.ShellCompDirectiveNoFileComp
	}
}

func completeExperiments(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, x := range sim.Experiments() {
		out = append(out, string(x))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// completeShipped offers shipped sweeps, and files.
func completeShipped(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return sweeps.Shipped(), cobra.ShellCompDirectiveDefault
}

// completeSettings offers NAME=, for --set and --where.
func completeSettings(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	var out []string
	if name, _, ok := strings.Cut(typed, "="); ok {
		p, err := sim.Lookup(name)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		for _, c := range p.Choices {
			out = append(out, name+"="+c)
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
	for _, p := range sim.Table() {
		out = append(out, p.Name+"=")
	}
	return out, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

func parameterNames() []string {
	var out []string
	for _, p := range sim.Table() {
		out = append(out, p.Name)
	}
	return out
}

// launchedNames completes the names of the sweeps that were launched under the root.
func launchedNames(e *environment, choice *rootChoice) func() []string {
	return func() []string {
		r := choice.silently(e)
		if r == nil {
			return nil
		}
		names, err := r.Sweeps()
		if err != nil {
			return nil
		}
		return names
	}
}
