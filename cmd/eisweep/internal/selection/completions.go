package selection

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/sim"
	"eisweep/sweeps/shipped"
)

// CompleteExperiments completes the names of experiments.
func CompleteExperiments(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, x := range sim.Experiments() {
		out = append(out, string(x))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// CompleteSweeps completes sweeps of the root, shipped sweeps and files.
func (s *Sweeps) CompleteSweeps(e *cli.Env) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		names := slices.Concat(LaunchedNames(e, &s.Root)(), shipped.Names())
		slices.Sort(names)
		return slices.Compact(names), cobra.ShellCompDirectiveDefault
	}
}

// CompleteSettings completes NAME= and its values, for --set and --where.
func CompleteSettings(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
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

// ParameterNames returns the names of all parameters.
func ParameterNames() []string {
	var out []string
	for _, p := range sim.Table() {
		out = append(out, p.Name)
	}
	return out
}
