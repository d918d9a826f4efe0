package analysis

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/measures"
	"eisweep/internal/table"
	"eisweep/sim"
)

// NewTableCommand is `eisweep table`.
func NewTableCommand(e *cli.Env) *cobra.Command {
	var o tableOptions
	cmd := &cobra.Command{
		Use:   "table SWEEP|FILE…",
		Short: "Tabulate the measures of results",
		Long: `Tabulate the measures of results: one row for each task of a sweep's latest launch, or
for each result file. docs/measures.md defines the measures, docs/tables.md the other
columns.

SWEEP is the name of a sweep that was run. FILE is the path of a result file, including
those of the published program, or of a sweep's directory, including copies.

--by groups the rows by the named parameters and summarizes each measure: n, mean,
standard deviation, and 95 % confidence intervals of the mean by Student's t and by
bootstrap (BCa). --vs pairs each row with the baseline row that has the given value and
otherwise the same parameters and seed, and summarizes the differences. Suspect results
are marked; they count unless you give --suspect drop.

Without -o, the table is printed with some of the measures, rounded. A file has all columns
in full precision. Files that are missing, damaged or not results are named on stderr and
left out; the exit code is then 4.`,
		Example: `  eisweep table tuning
  eisweep table tuning -o tuning.csv              # or .parquet, .json
  eisweep table tuning --by pl.is_plastic --measures cc_median,osi_i_mean
  eisweep table tuning --vs pl.is_plastic=NEITHER # differences paired by seed
  eisweep table results/*.h5 --measures all`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cli.Usagef("eisweep table needs the name of a sweep or the path of a result file")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return cli.OrInterrupted(cmd.Context(), o.run(cmd.Context(), e, args))
		},
	}
	o.addFlags(e, cmd)
	return cmd
}

// tableOptions are the options of `table`.
type tableOptions struct {
	choice       Choice
	measures, by string
	vs, where    []string
	output       string
	asJSON       bool
	suspect      string

	conditions, base []table.Condition // parsed from where and vs
	chosen           []string          // parsed from measures
}

func (o *tableOptions) addFlags(e *cli.Env, cmd *cobra.Command) {
	o.choice.AddFlags(e, cmd)
	f := cmd.Flags()
	f.StringVar(&o.measures, "measures", "", "show only the measures `NAMES`, separated by commas, or all")
	f.StringVar(&o.by, "by", "", "group rows by the parameters `NAMES`, separated by commas, and summarize each group")
	f.StringArrayVar(&o.vs, "vs", nil, "summarize differences from the rows with `NAME=VALUE`, paired by seed; repeatable")
	f.StringArrayVar(&o.where, "where", nil, "only rows with `NAME=VALUE`; repeatable")
	f.StringVar(&o.suspect, "suspect", "keep", "what to do with suspect results: `keep|drop`")
	f.StringVarP(&o.output, "output", "o", "", "write `FILE`, whose name ends in .csv, .parquet or .json")
	f.BoolVar(&o.asJSON, "json", false, "write JSON, one object per line for each row")
	cmd.RegisterFlagCompletionFunc("measures", cli.CompleteWords(measureNames()...))
	cmd.RegisterFlagCompletionFunc("suspect", cli.CompleteWords(suspectChoices...))
	cmd.RegisterFlagCompletionFunc("by", completeParameters)
}

// completeParameters completes names of parameters.
func completeParameters(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, p := range sim.Table() {
		out = append(out, p.Name)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

func measureNames() []string {
	var out []string
	for _, m := range measures.All() {
		out = append(out, m.Name)
	}
	return out
}

// parse checks the options before anything is read.
func (o *tableOptions) parse() (err error) {
	if o.output != "" && o.asJSON {
		return cli.Usagef("give -o or --json, not both: -o FILE.json writes JSON")
	}
	if o.output != "" {
		if err := checkOutput("-o", o.output, ".csv", ".parquet", ".json"); err != nil {
			return err
		}
	}
	if err := suspectChoice(o.suspect).check(); err != nil {
		return err
	}
	for _, name := range names(o.measures) {
		if name != "all" && name != "seconds" && !slices.Contains(measureNames(), name) {
			near := ""
			if word := sim.Nearest(name, measureNames()); word != "" {
				near = "; did you mean " + word + "?"
			}
			return cli.Usagef("--measures: there is no measure %s%s (docs/measures.md lists them)", name, near)
		}
	}
	if o.chosen = names(o.measures); slices.Contains(o.chosen, "all") {
		o.chosen = measureNames()
	}
	if o.conditions, err = parseConditions("where", o.where); err != nil {
		return err
	}
	o.base, err = parseConditions("vs", o.vs)
	return err
}

func (o *tableOptions) run(ctx context.Context, e *cli.Env, args []string) error {
	if err := o.parse(); err != nil {
		return err
	}
	if err := o.choice.read(ctx, e, args); err != nil {
		return err
	}
	values, err := o.choice.measure(ctx, e)
	if err != nil {
		return err
	}
	if len(o.choice.found) == 0 {
		return errors.Join(o.choice.report(e), cli.Errorf(cli.ExitStorage, "there is no result to tabulate"))
	}
	t, err := where(newTable(o.choice.found, values), o.choice.found, o.conditions)
	if err != nil {
		return errors.Join(o.choice.report(e), err)
	}
	t = suspectChoice(o.suspect).apply(e, t)
	if t.Len() == 0 {
		of := cli.Count(len(o.choice.found), "row")
		return errors.Join(o.choice.report(e), cli.Usagef("none of %s meets --where and --suspect", of))
	}
	if t, err = o.summarize(ctx, e, t); err != nil {
		return err
	}
	return errors.Join(o.write(e, t), o.choice.report(e))
}

// summarize makes the table that is written from that of the tasks.
func (o *tableOptions) summarize(ctx context.Context, e *cli.Env, t *table.Table) (*table.Table, error) {
	switch {
	case len(o.base) > 0:
		out, unpaired, err := table.Versus(ctx, t, o.base, o.grouping(e, t), o.chosen)
		if err != nil {
			return nil, cli.OrInterrupted(ctx, cli.Usagef("--vs %s: %w", strings.Join(o.vs, " --vs "), err))
		}
		if unpaired > 0 {
			e.Notef("%s without a baseline left out", cli.Count(unpaired, "row"))
		}
		return out, nil
	case o.by != "":
		out, err := table.By(ctx, t, o.grouping(e, t), o.chosen)
		if err != nil {
			return nil, cli.OrInterrupted(ctx, cli.Usagef("--by %s: %w", o.by, err))
		}
		return out, nil
	}
	return t.Select(func(c *table.Column) bool {
		return len(o.chosen) == 0 || c.Role != table.Measure || slices.Contains(o.chosen, c.Name)
	}), nil
}

// grouping is the names of --by, and of columns that separate several sweeps; nil without the option. Notes name the columns that are
// added, and what the groups pool.
func (o *tableOptions) grouping(e *cli.Env, t *table.Table) []string {
	if o.by == "" {
		return nil
	}
	list := names(o.by)
	var added []string
	for _, name := range separating(o.choice.found) {
		if c := t.Column(name); !slices.Contains(list, name) && differing(c, allRows(t)) {
			added = append(added, name)
		}
	}
	if len(added) > 0 {
		e.Notef("groups are also separate by %s: the sweeps differ in it", strings.Join(added, ", "))
	}
	list = append(list, added...)
	var by []*table.Column
	for _, name := range list {
		if c := t.Column(name); c != nil {
			by = append(by, c)
		}
	}
	for _, c := range o.base {
		if column := t.Column(c.Name); column != nil {
			by = append(by, column)
		}
	}
	notePooled(e, t, allRows(t), by)
	return list
}

func (o *tableOptions) write(e *cli.Env, t *table.Table) error {
	switch {
	case o.output != "":
		format := formats[filepath.Ext(o.output)]
		if err := writeFile(o.output, func(w io.Writer) error { return format(t, w) }); err != nil {
			return err
		}
		e.Notef("wrote %s to %s", cli.Count(t.Len(), "row"), o.output)
		return nil
	case o.asJSON:
		return t.WriteLines(e.Stdout)
	case len(o.base) > 0 || o.by != "":
		return lines(e, "", t)
	}
	return lines(e, "", brief(t, o.chosen))
}
