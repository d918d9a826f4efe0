package main

import (
	"strings"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/sim"
	"eisweep/sweeps/shipped"
)

func newCompletionCommand(e *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish",
		Short: "Print the script that completes commands in a shell",
		Example: `  eisweep completion bash > ~/.local/share/bash-completion/completions/eisweep
  eisweep completion zsh > "${fpath[1]}/_eisweep"
  eisweep completion fish > ~/.config/fish/completions/eisweep.fish`,
		Args:      cli.ExactlyOne("the shell: bash, zsh or fish"),
		ValidArgs: []string{"bash", "zsh", "fish"},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch args[0] {
			case "bash":
				return cmd.Root().GenBashCompletionV2(e.Stdout, true)
			case "zsh":
				return cmd.Root().GenZshCompletion(e.Stdout)
			case "fish":
				return cmd.Root().GenFishCompletion(e.Stdout, true)
			}
			return cli.Usagef("unknown shell %q: it is bash, zsh or fish", args[0])
		},
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
	return shipped.Names(), cobra.ShellCompDirectiveDefault
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
