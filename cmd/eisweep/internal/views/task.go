package views

import (
	"context"
	"errors"
	"os"
	"slices"

	"eisweep/cmd/eisweep/internal/history"
	"eisweep/cmd/eisweep/internal/inspect"
	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/internal/control"
	"eisweep/internal/dashboard"
	"eisweep/internal/manifest"
	"eisweep/internal/quality"
	"eisweep/sim"
	"eisweep/sweeps"
)

// known is a task as its sweep's table and files describe it.
type known struct {
	sweep string
	task  sweeps.Task
	state string
	line  *manifest.Line // the last; nil before the first outcome
	names []string       // of the parameters that vary in the sweep
}

// find looks for a task in a sweep, or if none is named in the one that has it.
func (d *Dashboard) find(ctx context.Context, id sweeps.ID, sweep string) (*known, error) {
	if sweep == "" {
		var err error
		if sweep, err = d.sweepOf(ctx, id); err != nil {
			return nil, err
		}
	}
	t, err := d.tables.of(ctx, sweep)
	if err != nil {
		return nil, err
	}
	found, err := t.find(id)
	if found == nil && err == nil {
		err = noTask(id)
	}
	return found, err
}

func noTask(id sweeps.ID) error {
	return &dashboard.Refusal{Code: 404, Text: "there is no task " + id.String()}
}

// find returns a task of a table; nil if it has none of that id.
func (t *table) find(id sweeps.ID) (*known, error) {
	k, at := t.lookUp(id)
	if k == nil || at.end == 0 {
		return k, nil
	}
	line, err := manifest.ReadLine(t.d.Root.Manifest(t.sweep), at.begin, at.end)
	if err != nil {
		return nil, err
	}
	k.line = &line
	return k, nil
}

// lookUp is find without the line of the manifest, and where that is.
func (t *table) lookUp(id sweeps.ID) (*known, extent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	row, ok := t.rowOf[id]
	if !ok {
		return nil, extent{}
	}
	k := &known{sweep: t.sweep, task: t.taskAt(row), state: stateNames[t.states[row]]}
	for i := range t.parameters {
		k.names = append(k.names, t.parameters[i].Name)
	}
	return k, t.lines[row]
}

// path is the task's result; "" if it has none.
func (k *known) path(d *Dashboard) string {
	if k.line == nil || k.line.State != manifest.Done {
		return ""
	}
	return d.Root.SweepDir(k.sweep) + "/" + k.line.File
}

// task answers a request for a task.
func (d *Dashboard) task(ctx context.Context, id sweeps.ID, sweep string) (*api.Task, error) {
	k, err := d.find(ctx, id, sweep)
	if err != nil {
		return nil, err
	}
	t := &k.task
	out := &api.Task{
		ID: id, Sweep: k.sweep, File: t.File, Experiment: string(t.Experiment), Seed: t.Seed, State: k.state, Manifest: k.line,
		Parameters: k.parameters(), Source: sourceOf(t), Attempts: []api.Attempt{}, Reasons: []quality.Reason{},
	}
	logs, err := inspect.AttemptLogs(d.Root, id)
	if err != nil {
		return nil, err
	}
	endings := map[string]string{} // by token
	if found, err := history.NewEndings(d.Root, id).Next(); err == nil {
		for i := range found {
			endings[found[i].Token] = found[i].Text
		}
	}
	for _, l := range logs {
		a := api.Attempt{Run: l.Run, Attempt: l.Attempt, Token: l.Token, Began: l.Began, Ended: endings[l.Token]}
		if info, err := os.Lstat(l.Path); err == nil {
			a.Bytes = info.Size()
		}
		out.Attempts = append(out.Attempts, a)
	}
	for _, r := range d.Coordinator.Snapshot().Running {
		if r.ID == id {
			out.Running = &r
		}
	}
	if k.line != nil && k.line.State == manifest.Done {
		out.Quality, out.Reasons = k.line.Quality, append(out.Reasons, k.line.Quality.Reasons(t.Experiment)...)
	}
	out.Explained, err = d.explain(ctx, id.String())
	return out, err
}

// explain asks the coordinator why something does not run; nil if it does not know.
func (d *Dashboard) explain(ctx context.Context, target string) (*control.Explained, error) {
	out, err := d.Coordinator.Explain(ctx, target)
	if refusal := (*control.Refusal)(nil); errors.As(err, &refusal) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// parameters are those that the experiment reads, first those that vary in the sweep.
func (k *known) parameters() []api.TaskParameter {
	tree, defaults := k.task.Parameters, sim.Defaults(k.task.Experiment)
	defaults.Numint.EveryN = tree.Numint.NTrials
	var varying, others []api.TaskParameter
	for _, p := range sim.Table() {
		if !p.ReadBy(k.task.Experiment) {
			continue
		}
		one := api.TaskParameter{Name: p.Name, Value: p.Get(&tree).String(), Default: p.Get(&defaults).String(), Unit: p.Unit}
		if one.Varies = slices.Contains(k.names, p.Name); one.Varies {
			varying = append(varying, one)
		} else {
			others = append(others, one)
		}
	}
	return append(append([]api.TaskParameter{}, varying...), others...)
}

func sourceOf(t *sweeps.Task) *api.Source {
	in := t.Source
	if in == nil {
		return nil
	}
	out := &api.Source{Sweep: in.Sweep, File: in.File}
	if in.Task != (sweeps.ID{}) {
		out.ID = &in.Task
	} else if in.File == "" {
		out.File = in.Path
	}
	return out
}
