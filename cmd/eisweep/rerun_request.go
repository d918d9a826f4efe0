package main

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/client"
	"eisweep/cmd/eisweep/internal/display"
	"eisweep/cmd/eisweep/internal/follow"
	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/cmd/eisweep/internal/selection"
	"eisweep/coordinator/catalog"
	"eisweep/coordinator/plan"
	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/internal/protocol"
	"eisweep/internal/root"
	"eisweep/sim"
	"eisweep/sweeps"
)

// selectTasks returns the matching tasks, and counts failed ones by class. Tasks that already have the values of --set cannot
// be replaced; it counts them as same.
func (r *rerunOptions) selectTasks(status *catalog.SweepStatus) (
	chosen map[sweeps.ID]bool, classes map[protocol.Class]int, same int, err error,
) {
	fits, err := plan.NewChoice(r.Request())
	if err != nil {
		return nil, nil, 0, err
	}
	unchanged, err := plan.NewChoice(control.Choice{Where: selection.Values(r.changes)})
	if err != nil {
		return nil, nil, 0, err
	}
	chosen, classes = map[sweeps.ID]bool{}, map[protocol.Class]int{}
	for i := range status.Tasks {
		t := &status.Tasks[i]
		if !fits.Fits(t) {
			continue
		}
		if len(r.changes) > 0 && unchanged.Fits(t) {
			same++
			continue
		}
		chosen[t.Task.ID] = true
		if t.State == catalog.StateFailed && t.Line != nil {
			classes[protocol.Class(t.Line.Class)]++
		}
	}
	return chosen, classes, same, nil
}

// buildRequest makes the request to run the selected tasks, whatever their state, or with --set their replacements.
func (r *rerunOptions) buildRequest(status *catalog.SweepStatus, chosen map[sweeps.ID]bool) error {
	r.selected = chosen
	r.LaunchRequest = plan.Request{
		Sweeps: []*sweeps.Sweep{status.Sweep}, Supersede: r.Supersede, KeepFile: true,
		Select: func(t *sweeps.Task, _ catalog.State) bool { return chosen[t.ID] },
	}
	if len(r.changes) == 0 {
		return nil
	}
	ids := slices.SortedFunc(maps.Keys(chosen), func(a, b sweeps.ID) int { return strings.Compare(a.String(), b.String()) })
	replaced, err := status.Sweep.Replace(sweeps.Replacement{Tasks: ids, Settings: r.changes})
	if err != nil {
		return cli.WithCode(cli.ExitInput, err)
	}
	r.LaunchRequest.Sweeps, r.LaunchRequest.KeepFile = []*sweeps.Sweep{replaced}, false
	r.LaunchRequest.Select = func(t *sweeps.Task, s catalog.State) bool {
		return chosen[t.Replaces] && s != catalog.StateDone
	}
	return nil
}

// launch asks the root's coordinator to run the tasks.
func (r *rerunOptions) launch(ctx context.Context, e *cli.Env, c *client.Client) error {
	request, again := r.Request(), r.selected
	if len(r.changes) > 0 {
		var err error
		if request, again, err = r.replacements(ctx, c.Root); err != nil {
			return cli.OrInterrupted(ctx, err)
		}
	}
	if len(again) == 0 { // the replacements are done; the sweep only has to use them
		for id := range r.selected {
			request.Tasks = append(request.Tasks, id.String())
		}
	}
	l := launchOptions{subset: follow.NewTaskSubset(again), follow: r.follow, asJSON: r.JSON, request: control.LaunchRequest{
		Sweeps: sweepFiles(r.LaunchRequest.Sweeps), Supersede: r.Supersede, KeepFile: r.LaunchRequest.KeepFile, Rerun: &request,
	}}
	return l.launch(ctx, e, c)
}

// replacements returns the ids of the tasks that replace others.
func (r *rerunOptions) replacements(ctx context.Context, opened *root.Root) (out control.Choice, ids map[sweeps.ID]bool, err error) {
	prober, err := cli.NewProber()
	if err != nil {
		return out, nil, err
	}
	planned, err := plan.Preview(ctx, opened, prober, r.LaunchRequest)
	if err != nil {
		return out, nil, err
	}
	ids = map[sweeps.ID]bool{}
	for i := range planned.Sweeps {
		for item, err := range planned.Sweeps[i].Items() {
			if err != nil {
				return out, nil, err
			}
			out.Tasks = append(out.Tasks, item.Task.ID.String())
			ids[item.Task.ID] = true
		}
	}
	return out, ids, nil
}

// printDryRun checks the request and prints what would be done; announce prints it for a person.
func (r *rerunOptions) printDryRun(ctx context.Context, e *cli.Env, opened *root.Root, announce func()) error {
	prober, err := cli.NewProber()
	if err != nil {
		return err
	}
	planned, err := plan.Preview(ctx, opened, prober, r.LaunchRequest)
	if err != nil {
		return cli.OrInterrupted(ctx, err)
	}
	announce()
	for i := range planned.Sweeps {
		s := &planned.Sweeps[i]
		if r.JSON {
			if err := writePlanned(e, s); err != nil {
				return cli.OrInterrupted(ctx, err)
			}
		} else if s.Conflicts > 0 && !r.Supersede {
			e.Linef("  %s of other tasks %s in the way; --supersede moves them to superseded/", cli.Count(s.Conflicts, "file"),
				cli.Plural(s.Conflicts, "is", "are"))
		}
	}
	if r.Supersede {
		return nil
	}
	return planned.Conflict()
}

// writePlanned writes, as `plan --tasks --json` does, an event for each task and the plan.
func writePlanned(e *cli.Env, s *plan.Sweep) error {
	p, out := planOptions{tasks: true, asJSON: true}, display.NewEvents(e).Out
	for item, err := range s.Items() {
		if err != nil {
			return err
		}
		p.task(e, out, s.Name, &item)
	}
	return out.Encode(display.NewPlanEvent(&s.SweepPlan))
}

// printSelection prints what is about to be done.
func (r *rerunOptions) printSelection(e *cli.Env, opened *root.Root, status *catalog.SweepStatus,
	chosen map[sweeps.ID]bool, classes map[protocol.Class]int,
) {
	name := status.Sweep.Name()
	if len(r.changes) > 0 {
		defer r.printRestore(e, opened, name)
	}
	verb, with := "running again", ""
	switch replaces := len(r.changes) > 0; {
	case replaces && r.dry:
		verb = "would replace"
	case replaces:
		verb = "replacing"
	case r.dry:
		verb = "would run again"
	}
	if len(r.changes) > 0 {
		with = ", with " + settingsText(r.changes) + ","
	}
	r.printf(e, "%s%s %s of the %d of %s; files in %s", verb, with, cli.Count(len(chosen), "task"), len(status.Tasks), name,
		opened.SweepDir(name))
	shown := 0
	for i := range status.Tasks {
		t := &status.Tasks[i]
		if !chosen[t.Task.ID] {
			continue
		}
		if shown++; shown > 10 {
			r.printf(e, "  … and %d more", len(chosen)-10)
			break
		}
		r.printf(e, "  %s  %s (%s)", t.Task.ID, t.Task.File, inspect.StateText(t))
	}
	if n := classes[protocol.Numeric] + classes[protocol.Invalid]; n > 0 && len(r.changes) == 0 {
		e.Notef("warning: %s failed with class numeric or invalid; with the same parameters %s will fail again "+
			"(change one with --set NAME=VALUE)", cli.Count(n, "task"), cli.Plural(n, "it", "they"))
	}
	if r.Suspect && len(r.changes) == 0 {
		e.Notef("warning: with the same parameters, results turn out the same, and are suspect again (change one with --set NAME=VALUE)")
	}
	if n := classes[protocol.Source]; n > 0 {
		e.Notef("warning: %s failed because the source failed; until the source is done, %s again", cli.Count(n, "task"),
			cli.Plural(n, "it fails", "they fail"))
	}
}

// printRestore prints how the tasks that are about to be replaced are restored.
func (r *rerunOptions) printRestore(e *cli.Env, opened *root.Root, name string) {
	if kept, err := records.NextKept(opened, name); err == nil { // otherwise the launch reports the error
		path := filepath.Join(opened.SweepDir(name), kept)
		r.printf(e, "  to restore the replaced tasks: eisweep run %s%s --drop", cli.ShellQuote(path), e.RootFlag)
	}
}

// printf prints to stdout, or to stderr if stdout is JSON.
func (r *rerunOptions) printf(e *cli.Env, format string, args ...any) {
	if r.JSON {
		e.Notef(format, args...)
		return
	}
	e.Linef(format, args...)
}

func settingsText(settings []sim.Setting) string {
	var out []string
	for _, s := range settings {
		out = append(out, s.String())
	}
	return strings.Join(out, ", ")
}
