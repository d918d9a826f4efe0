package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/checkup"
	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/cmd/eisweep/internal/slurmjobs"
	"eisweep/coordinator/catalog"
	"eisweep/coordinator/explain"
	"eisweep/internal/control"
	"eisweep/internal/manifest"
	"eisweep/internal/root"
)

func newExplainCommand(e *cli.Env) *cobra.Command {
	var choice selection.Root
	var c client.Connection
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain [TASK|SWEEP]",
		Short: "Explain why a task or a sweep is not running",
		Long: `Explain why a task or a sweep is not running: for example, it waits for the task that
trains its network, no workers are connected or none has enough memory, the sweep is
paused, a failed attempt will be repeated later, or other tasks come first.

TASK is a task's id (t and 32 hex digits) or a unique prefix. Without an argument, list
everything that is wrong in the root, as ` + "`problems`" + ` does.`,
		Example: `  eisweep explain tuning
  eisweep explain t3f0c1ab2`,
		Args: cli.AtMost(1, "a task's id or a sweep's name"),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := choice.Open(e)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				x := checkup.Checkup{JSON: asJSON}
				return x.Run(cmd.Context(), e, r, &c)
			}
			out, _, err := explainTarget(cmd.Context(), e, r, &c, args[0], client.Open)
			if out == nil {
				return cli.OrInterrupted(cmd.Context(), err)
			}
			return errors.Join(printExplained(e, out, asJSON), err)
		},
	}
	choice.AddFlag(cmd)
	c.AddFlags(cmd, e)
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object")
	cmd.ValidArgsFunction = cli.CompleteFirst(selection.LaunchedNames(e, &choice))
	return cmd
}

// opener is client.Open, or for questions that are repeated client.OpenQuietly.
type opener = func(context.Context, *cli.Env, *root.Root, *client.Connection) (*client.Client, error)

// explainTarget asks the coordinator. Without one it reads the report of a `run`, and without that the directory; only then is served
// false. An error beside an answer says that the directory could not be read.
func explainTarget(ctx context.Context, e *cli.Env, r *root.Root, c *client.Connection, target string, open opener) (
	_ *control.Explained, served bool, _ error,
) {
	cl, err := open(ctx, e, r, c)
	var absent *client.AbsentError
	if errors.As(err, &absent) {
		if report := absent.Report(r); report != nil {
			out, err := explainFromReport(ctx, e, r, target, absent, report)
			return out, out != nil, err
		}
		out, err := explainFromDirectory(ctx, r, target, absent)
		return out, false, err
	}
	if err != nil {
		return nil, false, err
	}
	defer cl.Close()
	out, err := client.Ask[control.Explained](ctx, cl, control.VerbExplain, control.Explain{Target: target})
	if err != nil {
		return nil, false, err
	}
	if out.State != string(manifest.Done) && out.State != string(control.Finished) {
		view := slurmjobs.Look(ctx, r, cl)
		view.Explain(&out)
	}
	return &out, true, nil
}

// explainFromDirectory explains from the directory alone, without a coordinator.
func explainFromDirectory(ctx context.Context, r *root.Root, target string, absent *client.AbsentError) (*control.Explained, error) {
	launched, err := r.Sweeps()
	if err != nil {
		return nil, err
	}
	for _, name := range launched {
		if name == target {
			s := inspect.ReadOverview(ctx, r, new(inspect.LazyCatalog), name)
			out := &control.Explained{Target: name, Sweep: name, State: string(s.Status), Details: strings.Split(s.Text(), "\n")}
			switch {
			case s.Error != "":
				explainAbsent(out, absent)
				return out, &cli.ExitError{Code: cli.ExitStorage}
			case s.Pending == 0:
				explain.Complete(name, s.Failed, out)
			default:
				explainAbsent(out, absent)
			}
			return out, nil
		}
	}
	if !inspect.LooksLikeID(target) {
		return nil, selection.MissingSweep(r, target, launched)
	}
	a, err := inspect.FindTask(ctx, r, launched, target)
	if err != nil {
		return nil, err
	}
	if a.Line != nil {
		out := explain.OfLine(a.ID, a.Line)
		return &out, nil
	}
	out := &control.Explained{Target: a.ID.String(), Sweep: a.Sweep, State: string(catalog.StatePending)}
	explainAbsent(out, absent)
	return out, nil
}

// explainFromReport explains a sweep or a task of a root on which a `run` works, from its report. What the report does not have is read
// from the directory.
func explainFromReport(ctx context.Context, e *cli.Env, r *root.Root, target string, absent *client.AbsentError, report *client.RunReport) (
	*control.Explained, error,
) {
	if state := inspect.StateOf(&report.Snapshot, target); state != nil {
		return explainSweepOfRun(r, state, report), nil
	}
	out, err := explainFromDirectory(ctx, r, target, absent)
	if out == nil || out.Sweep == out.Target {
		return out, err
	}
	for i := range report.Snapshot.Running {
		if of := &report.Snapshot.Running[i]; of.ID.String() == out.Target {
			*out = control.Explained{Target: out.Target, Sweep: of.Sweep, State: "running", Details: []string{"file: " + of.Sweep + "/" + of.File}}
			explain.Running(of, out)
			out.Reason += stopped(report)
			return out, nil
		}
	}
	if out.State != string(catalog.StatePending) || inspect.StateOf(&report.Snapshot, out.Sweep) == nil {
		return out, err
	}
	return out, explainPendingOfRun(ctx, e, r, out, report)
}

func explainSweepOfRun(r *root.Root, s *control.SweepState, report *client.RunReport) *control.Explained {
	row := inspect.OverviewOf(r, s, inspect.FromRun)
	out := &control.Explained{Target: s.Name, Sweep: s.Name, State: string(row.Status), Details: strings.Split(row.Text(), "\n")}
	switch {
	case row.Status == control.Finished:
		explain.Complete(s.Name, s.Failed, out)
	case s.Running > 0:
		out.Reason = cli.Count(s.Running, "task") + " running" + inRun(report)
	case s.Pending > 0:
		out.Reason = "its tasks wait for their turn" + inRun(report)
	default:
		out.Reason = "every task that is left (" + cli.Count(s.Waiting, "task") + ") waits for its source" + inRun(report)
	}
	return out
}

// explainPendingOfRun says what a task that has not begun waits for.
func explainPendingOfRun(ctx context.Context, e *cli.Env, r *root.Root, out *control.Explained, report *client.RunReport) error {
	launched, err := r.Sweeps()
	if err != nil {
		return err
	}
	a, err := inspect.FindTask(ctx, r, launched, out.Target)
	if err != nil {
		return err
	}
	out.Remedy = ""
	waits, err := (&sourceStates{e: e, root: r}).isWaiting(ctx, a.Source())
	if err != nil {
		return err
	}
	if waits {
		out.State, out.Reason = stateWaiting, "it waits for its source "+a.Source().Sweep+"/"+a.Source().File+inRun(report)
		return nil
	}
	out.Reason = fmt.Sprintf("it waits for its turn, with %s running%s", cli.Count(len(report.Snapshot.Running), "task"), inRun(report))
	return nil
}

func inRun(report *client.RunReport) string {
	h := report.Holder
	return fmt.Sprintf(", in `%s` (process %d on %s)%s", h.Command, h.PID, h.Host, stopped(report))
}

// stopped says that a signal has stopped the run, and how to continue it; "" if it works.
func stopped(report *client.RunReport) string {
	if !client.IsStopped(report.Holder) {
		return ""
	}
	return fmt.Sprintf(", which is stopped by SIGSTOP: continue it with `kill -CONT %d`", report.Holder.PID)
}

// explainAbsent says that no coordinator runs a target, and how to have it run.
func explainAbsent(out *control.Explained, absent *client.AbsentError) {
	runHere := fmt.Sprintf("eisweep run %s%s", cli.ShellQuote(out.Sweep), absent.RootFlag)
	switch {
	case absent.HasRun():
		out.Reason = fmt.Sprintf("`%s` runs the sweeps by itself (process %d on %s) and has not reported the states of its tasks yet",
			absent.Holder.Command, absent.Holder.PID, absent.Holder.Host)
		out.Remedy = "wait until it ends; if the target is not done then: " + runHere
	case absent.IsElsewhere():
		out.Reason, out.Remedy = absent.Summary(), absent.Remedy()
	case absent.LockErr != nil:
		out.Reason = absent.Summary()
		out.Remedy = cmp.Or(cli.Remedy(absent.LockErr), "if no coordinator runs: eisweep coordinator"+absent.Flags)
	case absent.HasCoordinator():
		out.Reason, out.Remedy = absent.Summary()+": the states of running tasks are unknown", absent.Remedy()
	default:
		out.Reason = absent.Summary() + ": workers finish the tasks that they run, and no other task starts"
		out.Remedy = fmt.Sprintf("eisweep coordinator%s, or run it here: %s", absent.Flags, runHere)
	}
}

func printExplained(e *cli.Env, x *control.Explained, asJSON bool) error {
	if asJSON {
		out := e.Encoder()
		return out.Encode(x)
	}
	what := x.Target
	if x.Sweep != "" && x.Sweep != x.Target {
		what += " of " + x.Sweep
	}
	e.Linef("%s%s: %s", what, cli.InParentheses(x.State), x.Reason)
	for _, line := range x.Details {
		e.Linef("  %s", line)
	}
	if x.Remedy != "" {
		e.Linef("  %s", x.Remedy)
	}
	return nil
}
