package views

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/coordinator/plan"
	"eisweep/coordinator/records"
	"eisweep/internal/control"
	"eisweep/internal/dashboard"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// rerun runs tasks of a sweep again, or says which ones would run. A rerun whose results would take the place of others is refused, as
// by the command without --supersede.
func (d *Dashboard) rerun(ctx context.Context, sweep string, r *api.Rerun) (*api.Effect, error) {
	if !r.Failed && !r.Suspect && r.Class == "" && len(r.Tasks) == 0 {
		return nil, &dashboard.Refusal{Code: http.StatusBadRequest, Text: "the request chooses no tasks: set failed, suspect, class or tasks"}
	}
	choice, err := plan.NewChoice(control.Choice{Failed: r.Failed, Suspect: r.Suspect, Class: r.Class, Tasks: r.Tasks})
	if err != nil {
		return nil, &dashboard.Refusal{Code: http.StatusBadRequest, Text: err.Error()}
	}
	t, err := d.tables.of(ctx, sweep)
	if err != nil {
		return nil, err
	}
	row, err := d.hub.row(ctx, sweep)
	if err != nil {
		return nil, err
	}
	e := newEffect(r.Preview)
	e.Status, e.Priority = string(row.Status), row.Priority
	t.choose(r, e)
	request, err := d.rerunRequest(sweep, choice, row.Priority)
	if err != nil {
		return nil, err
	}
	do := d.Coordinator.Launch
	if r.Preview {
		do = d.Coordinator.Plan
	}
	select {
	case d.reruns <- struct{}{}: // a plan takes memory
		defer func() { <-d.reruns }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	planned, err := do(context.WithoutCancel(ctx), request)
	var inTheWay *plan.SupersedeError
	if errors.As(err, &inTheWay) {
		return nil, &dashboard.Refusal{Code: http.StatusConflict, Text: err.Error(),
			Remedy: "eisweep rerun " + sweep + " --supersede, with the same tasks"}
	}
	if err != nil {
		return nil, refuse(err)
	}
	e.Plan = &planned.Summary().Sweeps[0]
	e.Count = e.Plan.New + e.Plan.Waiting
	e.Changed, e.Confirm = e.Count > 0, r.Preview && e.Count > 0
	e.Text = fmt.Sprintf("%s of %s %s again.", cli.Count(e.Count, "task"), sweep, cli.Plural(e.Count, "runs", "run"))
	if row.Status == control.Paused {
		e.Details = append(e.Details, "The sweep is paused, and is resumed.")
	}
	return e, nil
}

// rerunRequest requests a rerun of a sweep, which keeps its limit, and its user's share of the workers: the coordinator may have
// forgotten a finished sweep.
func (d *Dashboard) rerunRequest(sweep string, choice *plan.Choice, priority int) (plan.Request, error) {
	stored, err := records.Launched(d.Root, sweep)
	if err != nil {
		return plan.Request{}, err
	}
	out := plan.Request{Sweeps: []*sweeps.Sweep{stored}, Rerun: choice, KeepFile: true, Priority: priority}
	record, err := records.Read(d.Root, sweep)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return plan.Request{}, err
	}
	out.MaxRunning, out.User = record.MaxRunning, record.User
	return out, nil
}

// choose names the tasks of a rerun, and warns of those that end as before.
func (t *table) choose(r *api.Rerun, e *api.Effect) {
	t.mu.Lock()
	defer t.mu.Unlock()
	named := make(map[sweeps.ID]bool, len(r.Tasks))
	for _, text := range r.Tasks {
		if id, err := sweeps.ParseID(text); err == nil {
			named[id] = true
		}
	}
	fatal, suspect := 0, 0
	for i, id := range t.ids {
		class := protocol.Class(t.className(i))
		isFailed := t.states[i] == failed
		if r.Failed && !isFailed || r.Suspect && t.reasons[i] == 0 || r.Class != "" && (!isFailed || string(class) != r.Class) ||
			len(r.Tasks) > 0 && !named[id] {
			continue
		}
		if len(e.Names) < namesShown {
			e.Names = append(e.Names, t.taskAt(int32(i)).File)
		}
		if isFailed && (class == protocol.Numeric || class == protocol.Invalid) {
			fatal++
		}
		if t.reasons[i] != 0 {
			suspect++
		}
	}
	if fatal > 0 {
		e.Details = append(e.Details, fmt.Sprintf("%s failed because of the parameters (class numeric or invalid), and %s again: "+
			"change one with eisweep rerun --set NAME=VALUE.", cli.Count(fatal, "task"), cli.Plural(fatal, "fails", "fail")))
	}
	if suspect > 0 {
		e.Details = append(e.Details,
			"With the same parameters, suspect results turn out the same: change one with eisweep rerun --set NAME=VALUE.")
	}
}
