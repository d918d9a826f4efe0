package main

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/costs"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/cmd/eisweep/internal/local"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/cmd/eisweep/internal/sweepfiles"
	"eisweep/coordinator/plan"
	"eisweep/internal/control"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

func newPlanCommand(e *cli.Env) *cobra.Command {
	var s selection.Sweeps
	var p planOptions
	cmd := &cobra.Command{
		Use:   "plan FILE|NAME…",
		Short: "Show what a run would do, without running anything",
		Long: `Show what ` + "`run`" + ` with the same arguments would do, without changing anything: how many tasks
there are, which are new, which are done and why, which files would be moved aside, and
how much CPU time, wall time and disk space the run would take. Each estimate has a range
that contains the true value with 90 % probability. For these estimates, eisweep measures
the model at points of the sweep for about two seconds, and uses earlier results of the
root. --workers estimates the wall time for another number of parallel tasks.

With --score, plan shows how good its estimate for a sweep of the root would have been: it
compares the estimate with what the results needed.

If files of other tasks have names that the run needs, or if finished tasks would no longer
be in the sweep, the run would start nothing without --supersede or --drop. plan then exits
with 2, as the run would.

With --points, plan lists the points of each sweep instead: the combinations of the
parameters that vary, each with its number of tasks.`,
		Example: `  eisweep plan tuning.toml
  eisweep plan tuning.toml --workers 20            # how long would a cluster take?
  eisweep plan tuning.toml --tasks --add-seeds 11-20
  eisweep plan --score tuning                      # how good was the estimate?
  eisweep plan approximate perturb --json
  eisweep plan tuning.toml --points --csv > points.csv`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := p.checkFlags(cmd.Flags()); err != nil {
				return err
			}
			if p.score {
				return p.compare(cmd.Context(), e, &s.Root, args)
			}
			list, err := s.Load(cmd.Context(), e, args)
			if err != nil {
				return err
			}
			path, err := s.Root.Announce(e)
			if err != nil {
				return err
			}
			return p.plan(cmd.Context(), e, path, list)
		},
	}
	s.AddFlags(cmd)
	cmd.ValidArgsFunction = s.CompleteSweeps(e)
	cmd.Flags().BoolVar(&p.supersede, "supersede", false, "plan a run that moves conflicting result files of other tasks to superseded/")
	local.AddDropFlag(cmd, &p.drop)
	cmd.Flags().BoolVar(&p.tasks, "tasks", false, "list every task")
	cmd.Flags().BoolVar(&p.asJSON, "json", false, "write JSON, one object per line: tasks (with --tasks), then a plan per sweep")
	cmd.Flags().BoolVar(&p.points, "points", false, "list only the points of each sweep")
	cmd.Flags().BoolVar(&p.asCSV, "csv", false, "with --points: write them as one CSV table")
	cmd.Flags().IntVar(&p.workers, "workers", 0, "estimate the time for `N` tasks in parallel (default: the cores available)")
	cmd.Flags().BoolVar(&p.score, "score", false, "compare the estimate for sweeps of the root with what they needed")
	return cmd
}

// planOptions is what the run may do, and how its plan is shown.
type planOptions struct {
	permissions
	tasks, asJSON, points, asCSV, score bool

	workers int
}

// checkFlags refuses flags that exclude each other.
func (p *planOptions) checkFlags(given *pflag.FlagSet) error {
	if p.score {
		return checkScore(given)
	}
	switch {
	case p.asCSV && !p.points:
		return cli.Usagef("--csv needs --points")
	case p.points && (p.tasks || p.asJSON):
		return cli.Usagef("--points cannot be combined with --tasks or --json")
	}
	return nil
}

// checkScore refuses flags that change what a run would do: --score compares a sweep as it ran.
func checkScore(given *pflag.FlagSet) (err error) {
	allowed := []string{"score", "json", "path"}
	given.Visit(func(f *pflag.Flag) {
		if err == nil && !slices.Contains(allowed, f.Name) {
			err = cli.Usagef("--score cannot be combined with --%s: it compares a sweep as it ran", f.Name)
		}
	})
	return err
}

// compare compares the estimates for sweeps of the root with what they needed.
func (p *planOptions) compare(ctx context.Context, e *cli.Env, from *selection.Root, names []string) error {
	if len(names) == 0 {
		return cli.Usagef("--score needs the name of a sweep of the root")
	}
	path, err := from.Announce(e)
	if err != nil {
		return err
	}
	r, err := root.OpenToPlan(path)
	if err != nil {
		return err
	}
	if err := selection.RequireLaunched(r, names); err != nil {
		return err
	}
	prober, err := cli.NewProber()
	if err != nil {
		return err
	}
	return cli.OrInterrupted(ctx, costs.WriteScores(ctx, e, r, prober, names, p.asJSON))
}

// permissions are what a launch may do about earlier results: --supersede and --drop.
type permissions struct{ supersede, drop bool }

// check returns the error with which a launch that does not have the permissions that it needs is refused.
func (p permissions) check(planned []control.SweepPlan) error {
	if err := plan.ConflictIn(planned); err != nil && !p.supersede {
		return err
	}
	if err := plan.DropsIn(planned); err != nil && !p.drop {
		return err
	}
	return nil
}

func (p *planOptions) plan(ctx context.Context, e *cli.Env, path string, list []*sweeps.Sweep) error {
	r, err := root.OpenToPlan(path)
	if err != nil {
		return err
	}
	prober, err := cli.NewProber()
	if err != nil {
		return err
	}
	planned, err := plan.Preview(ctx, r, prober, plan.Request{Sweeps: list, Supersede: p.supersede, Drop: p.drop})
	if err != nil {
		return cli.OrInterrupted(ctx, err)
	}
	if p.points {
		return cli.OrInterrupted(ctx, p.writePoints(ctx, e, planned.Sweeps))
	}
	estimator, err := costs.NewEstimator(ctx, r, prober, planned.Sweeps, p.workers)
	if err != nil {
		return cli.OrInterrupted(ctx, err)
	}
	for i := range planned.Sweeps {
		if err := p.sweep(ctx, e, &planned.Sweeps[i], estimator.NewTally(), costs.MeasureTime/time.Duration(len(planned.Sweeps))); err != nil {
			return cli.OrInterrupted(ctx, err)
		}
	}
	return p.check(planned.Summary().Sweeps)
}

// writePoints lists the points of the sweeps.
func (p *planOptions) writePoints(ctx context.Context, e *cli.Env, list []plan.Sweep) error {
	var all []*sweepfiles.Points
	for i := range list {
		points, err := sweepfiles.PointsOf(ctx, list[i].Name, list[i].Expansion)
		if err != nil {
			return err
		}
		all = append(all, points)
	}
	if p.asCSV {
		return sweepfiles.WriteCSV(e.Stdout, all)
	}
	for _, points := range all {
		if err := points.Write(e); err != nil {
			return err
		}
	}
	return nil
}

// sweep shows the plan of one sweep; measuring the model may take up to the given time.
func (p *planOptions) sweep(ctx context.Context, e *cli.Env, s *plan.Sweep, tally *costs.Tally, measuring time.Duration) error {
	out := e.Encoder()
	for item, err := range s.Items() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if computes(item.Action) {
			tally.Add(item.Task)
		}
		if p.tasks {
			p.task(e, out, s.Name, &item)
		}
	}
	if e.Terminal && tally.Tasks > 0 {
		e.Notef("measuring the model on this machine for about %s …", cli.Duration(measuring))
	}
	estimated, err := tally.Estimate(ctx, measuring)
	if err != nil {
		return err
	}
	if p.asJSON {
		event := display.NewPlanEvent(&s.SweepPlan)
		event.Estimate = estimated
		return out.Encode(event)
	}
	writeSweepPlan(e, &s.SweepPlan, estimated, p.permissions)
	return nil
}

// taskPlan is a line of `plan --tasks --json`.
type taskPlan struct {
	Event  string      `json:"event"` // "task"
	Sweep  string      `json:"sweep"`
	ID     sweeps.ID   `json:"id"`
	File   string      `json:"file"`
	Action plan.Action `json:"action"`
	Reason string      `json:"reason"`
}

func (p *planOptions) task(e *cli.Env, out *json.Encoder, sweep string, item *plan.Item) {
	if p.asJSON {
		out.Encode(taskPlan{"task", sweep, item.Task.ID, item.Task.File, item.Action, item.Reason})
		return
	}
	e.Linef("  %-5s %s  %s/%s%s", item.Action, item.Task.ID, sweep, item.Task.File, cli.InParentheses(item.Reason))
}

// writeSweepPlan prints the plan of a sweep.
func writeSweepPlan(e *cli.Env, s *control.SweepPlan, estimated *display.Estimate, may permissions) {
	writeSweepRows(e, s, may)
	if estimated == nil {
		e.Linef("  nothing to run")
		return
	}
	estimated.Write(e)
}

// writeSweepRows writes a row for each thing that a launch does, with the number of its tasks.
func writeSweepRows(e *cli.Env, s *control.SweepPlan, may permissions) {
	e.Linef("%s: %s, files in %s", s.Name, cli.Count(s.Tasks, "task"), s.Dir)
	for _, row := range []struct {
		n    int
		text string
	}{
		{s.New - s.Retried - s.Damaged, "new: to run"},
		{s.Retried, "failed (storage, lost or source): to run again"},
		{s.Damaged, "with a damaged file: to run again"},
		{s.Waiting, "waiting: to run after " + cli.Plural(s.Waiting, "its", "their") + " source"},
		{s.Done, "done"},
		{s.Linked, "done in another sweep: to link"},
		{s.Settled, "failed (numeric or invalid), not retried: see `eisweep status " + s.Name + "`"},
		{s.Blocked, "blocked: " + cli.Plural(s.Blocked, "its", "their") + " source is neither done nor part of this launch"},
		{s.Later, "more at most, as [until] decides; not in the estimate"},
	} {
		if row.n > 0 {
			e.Linef("  %6d %s", row.n, row.text)
		}
	}
	if n := s.Conflicts; n > 0 {
		remedy := ": --supersede moves " + cli.Plural(n, "it", "them") + " to superseded/"
		if may.supersede {
			remedy = ": to move to superseded/"
		}
		e.Linef("  %6d %s in the way%s", n, cli.Plural(n, "file of another task is", "files of other tasks are"), remedy)
	}
	if n := s.EarlierResults(); n > 0 {
		e.Linef("  %6d %s kept, but not part of this one", n, cli.Plural(n, "result of earlier launches is", "results of earlier launches are"))
	}
	if s.Drops() {
		remedy := ""
		if !may.drop {
			remedy = ": needs --drop; " + local.KeepText(e, "run", s.Name, s.DroppedSource)
		}
		e.Linef("  %s%s", s.DropText(), remedy)
	}
	display.WriteChanges(e, s)
}

// computes reports whether an action runs the task.
func computes(a plan.Action) bool { return a == plan.Run || a == plan.Wait }
