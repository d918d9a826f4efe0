package analysis

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/coordinator/records"
	"eisweep/internal/measures"
	"eisweep/internal/report"
	"eisweep/internal/table"
)

// NewReportCommand is `eisweep report`.
func NewReportCommand(e *cli.Env) *cobra.Command {
	var c Choice
	var output string
	cmd := &cobra.Command{
		Use:   "report SWEEP",
		Short: "Write a report of a sweep as one HTML page",
		Long: `Write a report of a sweep as one self-contained HTML page: what was run and where, which
results are sound, measures over seeds and for each task, the panels of the paper,
failures, and how to reproduce and cite the sweep. The page loads nothing and runs no
scripts.

SWEEP is the name of a sweep that was run, or the path of its directory, including
copies. Files that are missing or damaged are named on stderr and left out; the exit code
is then 4.`,
		Example: `  eisweep report tuning -o tuning.html`,
		Args:    cli.ExactlyOne("the name of a sweep"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOutput("-o", output, ".html"); err != nil {
				return err
			}
			return cli.OrInterrupted(cmd.Context(), writeReport(cmd.Context(), e, &c, args[0], output))
		},
	}
	c.AddFlags(e, cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "report.html", "write the page to `FILE`, whose name ends in .html")
	return cmd
}

func writeReport(ctx context.Context, e *cli.Env, c *Choice, sweep, output string) error {
	if err := c.read(ctx, e, []string{sweep}); err != nil {
		return err
	}
	c.found = slices.DeleteFunc(c.found, func(r Result) bool { return r.Sweep == "" })
	values, err := c.measure(ctx, e)
	if err != nil {
		return err
	}
	if len(c.found) == 0 {
		return errors.Join(c.report(e), cli.Usagef("%s is not a sweep: give the name of a sweep or the path of its directory", sweep))
	}
	page, err := newPage(ctx, c, values, sweep)
	if err != nil {
		return err
	}
	if err := writeFile(output, func(w io.Writer) error { return page.Write(w) }); err != nil {
		return err
	}
	e.Notef("wrote the report of %s to %s", cli.Count(len(c.found), "task"), output)
	return c.report(e)
}

// newPage fills the page of a sweep, which was given by its name or as the path of its directory.
func newPage(ctx context.Context, c *Choice, values []measures.Values, given string) (*report.Page, error) {
	inPanels, err := panels(ctx, c, brief(newTable(c.found, values), nil)) // first: they may find files damaged
	if err != nil {
		return nil, err
	}
	t := newTable(c.found, values)
	p := &report.Page{
		Sweep: c.found[0].Sweep, Summary: summarySentence(c.found), Facts: runFacts(c.found), File: c.launched, Quality: qualityFacts(c.found),
		Suspects: suspects(t), Rows: brief(t, nil), Complete: t, Failures: failures(c.found, t), Citation: cli.Citation(),
	}
	p.Source, p.SourceFile = c.source()
	p.Reproduce = c.reproduction(p, given)
	var shown []string
	for i := range p.Rows.Columns {
		if column := &p.Rows.Columns[i]; column.Role == table.Measure {
			shown = append(shown, column.Name)
		}
	}
	for _, m := range measures.All() {
		if slices.Contains(shown, m.Name) {
			p.Measures = append(p.Measures, report.Definition{Name: m.Name, Unit: m.Unit, Text: m.Definition})
		}
	}
	if len(shown) > 0 {
		if p.Averages, err = table.By(ctx, t, columnsOf(p.Rows, table.Parameter), shown); err != nil {
			return nil, cli.OrInterrupted(ctx, err)
		}
	}
	inMeasures, err := measureFigures(c, t, shown)
	if err != nil {
		return nil, err
	}
	p.Sections = append(inMeasures, inPanels...)
	return p, nil
}

// source returns the name of the sweep that a PERTURB sweep starts from, and its file; "" where they are not known.
func (c *Choice) source() (name, file string) {
	if c.sweep == nil || c.sweep.SourceIsPath() || c.sweep.SourceName() == "" {
		return "", ""
	}
	name = c.sweep.SourceName()
	if s, err := records.Launched(c.around, name); err == nil {
		file = string(s.TOML())
	}
	return name, file
}

// reproduction are the commands that compute the sweep again, check the results and tabulate them.
func (c *Choice) reproduction(p *report.Page, given string) []string {
	var out []string
	if p.Source != "" {
		out = append(out, "eisweep run "+p.Source+".toml")
	}
	name := p.Sweep
	if c.sweep != nil {
		name = c.sweep.Name() // the directory may have another one
	}
	given = cli.ShellQuote(given)
	return append(out, "eisweep run "+name+".toml", "eisweep verify "+given, "eisweep table "+given+" -o "+name+".csv")
}

func columnsOf(t *table.Table, role table.Role) []string {
	var out []string
	for i := range t.Columns {
		if t.Columns[i].Role == role {
			out = append(out, t.Columns[i].Name)
		}
	}
	return out
}

// suspects are the columns that say which results are suspect, and why; nil if none is.
func suspects(t *table.Table) *table.Table {
	judged := t.Column("quality").Text
	rows := t.Where(func(row int) bool { return judged[row] == suspect })
	if rows.Len() == 0 {
		return nil
	}
	return brief(rows, nil).Select(func(c *table.Column) bool { return c.Role != table.Measure && c.Name != "quality" })
}

// failures are the failed tasks.
func failures(found []Result, t *table.Table) []report.Failure {
	varying := brief(t, nil).Select(func(c *table.Column) bool { return c.Role == table.Parameter || c.Role == table.Seed })
	var out []report.Failure
	for i := range found {
		if r := &found[i]; r.State == "failed" && r.Line != nil {
			point := ""
			for j := range varying.Columns {
				c := &varying.Columns[j]
				point += c.Name + "=" + c.Exact(i) + " "
			}
			out = append(out, report.Failure{ID: r.ID.String(), Point: point, Class: r.Line.Class, Error: cli.OneLine(r.Line.Error)})
		}
	}
	return out
}
