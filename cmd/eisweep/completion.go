package main

import (
	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
)

func newCompletionCommand(e *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish",
		Short: "Print a shell completion script",
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
			return cli.Usagef("unknown shell %q: give bash, zsh or fish", args[0])
		},
	}
}
