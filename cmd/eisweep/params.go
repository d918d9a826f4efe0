package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/sim"
)

func newParamsCommand(e *cli.Env) *cobra.Command {
	var experiment string
	var markdown, asJSON bool
	cmd := &cobra.Command{
		Use:   "params [NAME]",
		Short: "List the model's parameters",
		Long: `List the model's parameters with their published names, as used in sweep files and by
--set: default, unit, range and meaning. NAME is a parameter (pl.eta_e) or a prefix of
several (sy.e2e).`,
		Example: `  eisweep params                          # all of them
  eisweep params inp                      # parameters of the input
  eisweep params --experiment PERTURB     # parameters that PERTURB reads, with its defaults`,
		Args:              cli.AtMost(1, "NAME"),
		ValidArgsFunction: cli.CompleteFirst(selection.ParameterNames),
		RunE: func(cmd *cobra.Command, args []string) error {
			if markdown && asJSON {
				return cli.Usagef("give --markdown or --json, not both")
			}
			list, err := selectParameters(args, experiment)
			switch {
			case err != nil:
				return err
			case asJSON:
				return writeParametersJSON(e.Stdout, list)
			case markdown:
				return writeParametersMarkdown(e.Stdout, list)
			}
			return writeParametersText(e.Stdout, list, sim.Experiment(experiment))
		},
	}
	cmd.Flags().StringVarP(&experiment, "experiment", "e", "",
		"only parameters that the experiment `NAME` reads: APPROXIMATE, GRADIENT or PERTURB")
	cmd.Flags().BoolVar(&markdown, "markdown", false, "write docs/parameters.md")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON: an array with one object per parameter")
	cmd.RegisterFlagCompletionFunc("experiment", selection.CompleteExperiments)
	return cmd
}

// selectParameters returns the parameters that the arguments ask for.
func selectParameters(args []string, experiment string) ([]*sim.Parameter, error) {
	if experiment != "" {
		if _, err := sim.ParseExperiment(experiment); err != nil {
			return nil, cli.Usagef("%w", err)
		}
	}
	var out []*sim.Parameter
	for _, p := range sim.Table() {
		read := experiment == "" || p.ReadBy(sim.Experiment(experiment))
		if read && (len(args) == 0 || p.Name == args[0] || strings.HasPrefix(p.Name, strings.TrimSuffix(args[0], ".")+".")) {
			out = append(out, p)
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	if _, err := sim.Lookup(args[0]); err != nil {
		return nil, cli.Usagef("%w", err)
	}
	return nil, cli.Usagef("%s is not read by %s", args[0], experiment)
}

// defaultText is a parameter's default, with those of the experiments that differ.
func defaultText(p *sim.Parameter, only sim.Experiment) string {
	if p.Name == "numint.every_n" {
		return "n_trials"
	}
	if only != "" {
		return defaultOf(p, only)
	}
	var first, rest string
	for _, x := range sim.Experiments() {
		if !p.ReadBy(x) {
			continue
		}
		switch v := defaultOf(p, x); {
		case first == "":
			first = v
		case v != first:
			rest += fmt.Sprintf(" (%s: %s)", x, v)
		}
	}
	return first + rest
}

func defaultOf(p *sim.Parameter, x sim.Experiment) string {
	tree := sim.Defaults(x)
	return p.Get(&tree).String()
}

func writeParametersText(w io.Writer, list []*sim.Parameter, only sim.Experiment) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tDEFAULT\tUNIT\tLEGAL\tMEANING")
	for _, p := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", p.Name, defaultText(p, only), p.Unit, p.Legal, p.Meaning)
	}
	return t.Flush()
}

const parametersPage = `# Parameters

Written by ` + "`eisweep params --markdown`" + ` from the program's own table; ` + "`make verify`" + ` holds the two together.

Names are the published ones: in a sweep file under ` + "`[parameters]`, `[axes]` or `[[together]]`" + `, on a command
line as ` + "`--set NAME=VALUE`" + `, in result files as attributes of ` + "`/task`" + `. Reals are rounded to float32. What an
experiment does not read has no influence on its results and none on its tasks' ids.

| name | default | unit | legal | read by | meaning |
|---|---|---|---|---|---|
`

func writeParametersMarkdown(w io.Writer, list []*sim.Parameter) error {
	var b strings.Builder
	b.WriteString(parametersPage)
	cell := strings.NewReplacer("|", `\|`).Replace
	for _, p := range list {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", p.Name, defaultText(p, ""), p.Unit, p.Legal, readersText(p), cell(p.Meaning))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func readersText(p *sim.Parameter) string {
	names := readers(p)
	if len(names) == len(sim.Experiments()) {
		return "all"
	}
	return strings.Join(names, ", ")
}

func readers(p *sim.Parameter) []string {
	var out []string
	for _, x := range sim.Experiments() {
		if p.ReadBy(x) {
			out = append(out, string(x))
		}
	}
	return out
}

// parameterJSON is a parameter as `params --json` writes it.
type parameterJSON struct {
	Name     string         `json:"name"`
	Kind     string         `json:"kind"`
	Unit     string         `json:"unit,omitempty"`
	Legal    string         `json:"legal"`
	Choices  []string       `json:"choices,omitempty"`
	Meaning  string         `json:"meaning"`
	Defaults map[string]any `json:"defaults"` // by experiment that reads it
}

func writeParametersJSON(w io.Writer, list []*sim.Parameter) error {
	out := make([]parameterJSON, 0, len(list))
	for _, p := range list {
		j := parameterJSON{p.Name, p.Kind.String(), p.Unit, p.Legal, p.Choices, p.Meaning, map[string]any{}}
		for _, x := range readers(p) {
			tree := sim.Defaults(sim.Experiment(x))
			j.Defaults[x] = p.Get(&tree).Any()
		}
		out = append(out, j)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}
