package analysis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/figures"
	"eisweep/internal/figures/drawing"
	"eisweep/internal/measures"
	"eisweep/internal/table"
	"eisweep/sim"
)

// NewPlotCommand is `eisweep plot`.
func NewPlotCommand(e *cli.Env) *cobra.Command {
	var o plotOptions
	cmd := &cobra.Command{
		Use:   "plot SWEEP|FILE…",
		Short: "Draw figures of results",
		Long: `Draw a figure of results, and write its data as a table. docs/figures.md describes the
figures. SWEEP and FILE are as in eisweep table.

The figures:
` + figureList() + `
The name of a measure (docs/measures.md) is also a figure: it plots the measure against
the parameters that --against names, by default the first numeric one that varies.

Networks with equal values of the parameters that --by names form a group. Each group has
a line for the median and a band between the quartiles (histograms: the mean and its
standard error). Without --by, results are grouped by pl.is_plastic, or by the only
parameter that varies. Some figures show single networks, and name their files.

Suspect results are drawn as hollow points or dashed lines. Files that are missing,
damaged or not results are named on stderr and left out; the exit code is then 4.`,
		Example: `  eisweep plot tuning                     # the figure that suits the sweep
  eisweep plot tuning --figure synapses -o synapses.svg --data synapses.csv
  eisweep plot tuning --figure currents --where seed=1 -o currents.png
  eisweep plot tuning --figure cc_median --against sy.e2e.w_total --by pl.is_plastic
  eisweep plot results.h5 --figure selectivity`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && o.figure != listFigures {
				return cli.Usagef("eisweep plot needs the name of a sweep or the path of a result file")
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

// plotHeap is the soft memory limit, in bytes: figures of ten thousand networks need less.
const plotHeap = 180 << 20

// listFigures is the name that lists the figures.
const listFigures = "list"

func figureList() string {
	var out strings.Builder
	for _, f := range figures.All() {
		fmt.Fprintf(&out, "  %-22s  %s\n", f.Name, f.About)
	}
	return out.String()
}

// plotOptions are the options of `plot`.
type plotOptions struct {
	choice              Choice
	figure, by, against string
	where               []string
	suspect             string
	output, data        string

	conditions []table.Condition // parsed from where
}

func (o *plotOptions) addFlags(e *cli.Env, cmd *cobra.Command) {
	o.choice.AddFlags(e, cmd)
	f := cmd.Flags()
	f.StringVar(&o.figure, "figure", "", "`NAME` of a figure or a measure; --figure list lists the figures")
	f.StringVar(&o.by, "by", "", "draw one line for each combination of the parameters `NAMES`, separated by commas; none draws a single line")
	f.StringVar(&o.against, "against", "", "for a measure: the parameter on the horizontal axis, or `NAME,NAME` for a map")
	f.StringArrayVar(&o.where, "where", nil, "only results with `NAME=VALUE`; repeatable")
	f.StringVar(&o.suspect, "suspect", keepSuspects, "what to do with suspect results: `keep|drop`")
	f.StringVarP(&o.output, "output", "o", "", "write the picture to `FILE`, whose name ends in .pdf, .svg or .png")
	f.StringVar(&o.data, "data", "", "write the data to `FILE.csv`")
	var all []string
	for _, figure := range figures.All() {
		all = append(all, figure.Name)
	}
	cmd.RegisterFlagCompletionFunc("figure", cli.CompleteWords(append(all, measureNames()...)...))
	cmd.RegisterFlagCompletionFunc("by", completeParameters)
	cmd.RegisterFlagCompletionFunc("against", completeParameters)
	cmd.RegisterFlagCompletionFunc("suspect", cli.CompleteWords(suspectChoices...))
}

// noNames is the --by of a single line.
const noNames = "none"

// parse checks the options before anything is read.
func (o *plotOptions) parse() (err error) {
	if o.output != "" {
		if err := checkOutput("-o", o.output, ".pdf", ".svg", ".png"); err != nil {
			return err
		}
	}
	if o.data != "" {
		if err := checkOutput("--data", o.data, ".csv"); err != nil {
			return err
		}
	}
	if err := suspectChoice(o.suspect).check(); err != nil {
		return err
	}
	if o.figure != "" && figures.Find(o.figure) == nil && !o.isMeasure() {
		var known []string
		for _, f := range figures.All() {
			known = append(known, f.Name)
		}
		near := ""
		if word := sim.Nearest(o.figure, append(known, measureNames()...)); word != "" {
			near = "; did you mean " + word + "?"
		}
		return cli.Usagef("--figure: there is no figure or measure %s%s (`eisweep plot --figure list` lists them)", o.figure, near)
	}
	if o.against != "" && !o.isMeasure() {
		return cli.Usagef("--against needs the figure of a measure, such as --figure cc_median")
	}
	if len(names(o.against)) > 2 {
		return cli.Usagef("--against %s: give at most two parameters", o.against)
	}
	o.conditions, err = parseConditions("where", o.where)
	return err
}

func (o *plotOptions) isMeasure() bool { return slices.Contains(measureNames(), o.figure) }

// pictureFormat is the format by a name's ending.
func pictureFormat(path string) drawing.Format {
	return drawing.Format(strings.TrimPrefix(filepath.Ext(path), "."))
}

func (o *plotOptions) run(ctx context.Context, e *cli.Env, args []string) error {
	if o.figure == listFigures {
		e.Lines(figureList())
		return nil
	}
	if err := o.parse(); err != nil {
		return err
	}
	if e.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(plotHeap)
	}
	if err := o.choice.read(ctx, e, args); err != nil {
		return err
	}
	d, err := o.draw(ctx, e)
	if err != nil {
		return errors.Join(o.choice.report(e), err)
	}
	return errors.Join(o.write(e, d), o.choice.report(e))
}

func (o *plotOptions) draw(ctx context.Context, e *cli.Env) (*drawing.Drawing, error) {
	if err := o.choice.assess(ctx, e); err != nil {
		return nil, err
	}
	o.choice.countOnce(e, o.choice.dropFiles(make([]measures.Values, len(o.choice.found))))
	s, err := o.sample(nil)
	if err != nil {
		return nil, err
	}
	if s.dropped > 0 {
		e.Notef("%s left out", cli.Count(s.dropped, "suspect result"))
	}
	if o.figure == "" {
		o.figure = s.suitable()
	}
	if o.isMeasure() {
		return o.drawMeasure(ctx, e)
	}
	return o.drawFigure(ctx, e, s)
}

// write writes the picture and the table. Without the names of files, the picture is named for the figure.
func (o *plotOptions) write(e *cli.Env, d *drawing.Drawing) error {
	if o.output == "" && o.data == "" {
		o.output = o.figure + "." + string(drawing.PDF)
	}
	if o.output != "" {
		if err := writeFile(o.output, func(w io.Writer) error { return d.Render(w, pictureFormat(o.output)) }); err != nil {
			return err
		}
		e.Notef("wrote the figure %s to %s", o.figure, o.output)
	}
	if o.data == "" {
		return nil
	}
	if err := writeFile(o.data, d.WriteCSV); err != nil {
		return err
	}
	e.Notef("wrote the data to %s", o.data)
	return nil
}
