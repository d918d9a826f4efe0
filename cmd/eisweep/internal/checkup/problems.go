package checkup

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/cmd/eisweep/internal/slurmjobs"
	"eisweep/internal/control"
	"eisweep/internal/problems"
	"eisweep/internal/root"
)

// NewProblemsCommand makes the command.
func NewProblemsCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var c client.Connection
	var x Checkup
	cmd := &cobra.Command{
		Use:   "problems",
		Short: "List everything that is wrong, worst first",
		Long: `List everything that is wrong in the root, worst first, with a remedy for each: failed
tasks, sweeps that are set aside or need more memory than any worker has, silent workers,
tasks whose workers keep dying, full disks, a NATS server or a coordinator that does not
answer, and more.

The exit code is 0 if nothing is wrong, and 1 otherwise. Hints, such as paused sweeps or
suspect results, come last and do not affect the exit code. --quiet prints nothing if
nothing is wrong, so cron sends mail only if something is.`,
		Example: `  eisweep problems
  eisweep problems --quiet || echo "see above"       # for cron
  eisweep problems --json | jq -r '.problems[].kind'`,
		Args: cli.AtMost(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := choice.Open(e)
			if err != nil {
				return err
			}
			return x.Run(cmd.Context(), e, r, &c)
		},
	}
	choice.AddFlag(cmd)
	c.AddFlags(cmd, e)
	cmd.Flags().BoolVarP(&x.Quiet, "quiet", "q", false, "print nothing if nothing is wrong, and no hints")
	cmd.Flags().BoolVar(&x.JSON, "json", false, "write one JSON object")
	return cmd
}

// Checkup is how problems are printed.
type Checkup struct{ Quiet, JSON bool }

// exitWrong is the exit code if something is wrong.
const exitWrong = 1

// Run examines a root and prints what is wrong. The error has exit code 1 if something is.
func (x *Checkup) Run(ctx context.Context, e *cli.Env, r *root.Root, c *client.Connection) error {
	report, err := examine(ctx, e, r, c)
	if err != nil {
		return cli.OrInterrupted(ctx, err)
	}
	wrong := report.Wrong()
	if x.Quiet {
		report.Problems = slices.DeleteFunc(report.Problems, func(p problems.Problem) bool { return p.Severity == problems.Hint })
	}
	switch {
	case x.Quiet && wrong == 0:
	case x.JSON:
		out := e.Encoder()
		err = out.Encode(report)
	default:
		print(e, r, report)
	}
	if wrong > 0 {
		return errors.Join(err, &cli.ExitError{Code: exitWrong})
	}
	return err
}

// examine asks the coordinator. Without one it reads the report of a `run`; the rest it reads from directories.
func examine(ctx context.Context, e *cli.Env, r *root.Root, c *client.Connection) (*problems.Report, error) {
	var report problems.Report
	cl, err := client.Open(ctx, e, r, c)
	var absent *client.AbsentError
	switch {
	case errors.As(err, &absent):
		if run := absent.Report(r); run != nil && run.Problems != nil {
			report = *run.Problems
		}
	case err != nil:
		return nil, err
	default:
		defer cl.Close()
		cl.WarnIfCopy(e)
		if report, err = client.Ask[problems.Report](ctx, cl, control.VerbProblems, control.Nothing{}); err != nil {
			return nil, err
		}
	}
	left, err := readOthers(ctx, e, r, &report, absent != nil)
	if err != nil {
		return nil, err
	}
	if absent != nil {
		addAbsent(e, r, absent, left, &report)
	}
	view := slurmjobs.Look(ctx, r, nil)
	report.Problems = append(report.Problems, view.Problems()...)
	report.Normalize()
	return &report, nil
}

// headings are how severities are printed.
var headings = map[problems.Severity]string{
	problems.Critical: "CRITICAL: ", problems.Error: "error: ", problems.Warning: "warning: ", problems.Hint: "hint: ",
}

func print(e *cli.Env, r *root.Root, report *problems.Report) {
	for i := range report.Problems {
		p := &report.Problems[i]
		since := ""
		if !p.Since.IsZero() {
			since = " (since " + p.Since.Local().Format(time.DateTime) + ")"
		}
		e.Linef("%s%s%s", headings[p.Severity], p.Text, since)
		for line := range strings.Lines(p.Remedy) {
			e.Linef("  %s", strings.TrimSuffix(line, "\n"))
		}
	}
	if report.More > 0 {
		e.Linef("and %d more", report.More)
	}
	switch {
	case report.Wrong() > 0:
	case len(report.Problems) > 0:
		e.Linef("nothing else is wrong in %s; hints do not change the exit code", r.Path())
	default:
		e.Linef("nothing is wrong in %s", r.Path())
	}
}
