package views

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/internal/control"
	"eisweep/internal/dashboard"
)

// namesShown is how many names of what is affected an answer has.
const namesShown = 100

// refuse turns an error of the coordinator into the answer's.
func refuse(err error) error {
	var refusal *control.Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	code := http.StatusConflict
	switch refusal.Kind {
	case control.Unknown:
		code = http.StatusNotFound
	case control.Busy, control.Storage:
		code = http.StatusServiceUnavailable
	case control.Internal:
		code = http.StatusInternalServerError
	}
	return &dashboard.Refusal{Code: code, Text: refusal.Text}
}

// steer pauses, resumes or cancels a sweep, or says what that would do.
func (d *Dashboard) steer(ctx context.Context, sweep string, to control.Status, preview bool) (*api.Effect, error) {
	row, err := d.hub.row(ctx, sweep)
	if err != nil {
		return nil, err
	}
	if preview {
		return previewOf(row, to), nil
	}
	do := map[control.Status]func(context.Context, []string) (control.Steered, error){
		control.Paused: d.Coordinator.Pause, control.Open: d.Coordinator.Resume, control.Cancelled: d.Coordinator.Cancel,
	}[to]
	out, err := do(control.Committed(ctx), []string{sweep})
	if err != nil {
		return nil, refuse(err)
	}
	effect := newEffect(false)
	for i := range out.Sweeps {
		s := &out.Sweeps[i]
		effect.Sweep, effect.Changed, effect.Status, effect.Count = s, s.Changed, string(s.Status), s.Running+s.Removed
		effect.Text = steeredText(s)
	}
	effect.Priority = row.Priority
	if out.UnresponsiveFor > 0 {
		effect.Details = append(effect.Details, "NATS does not answer the coordinator: workers and the queue follow when it does")
	}
	return effect, nil
}

func newEffect(preview bool) *api.Effect {
	return &api.Effect{Preview: preview, Details: []string{}, Names: []string{}, Unknown: []string{}}
}

// steeredText says what became of a sweep.
func steeredText(s *control.SteeredSweep) string {
	if !s.Changed {
		return fmt.Sprintf("%s is %s already.", s.Name, s.Status)
	}
	text := fmt.Sprintf("%s is %s.", s.Name, s.Status)
	if s.Removed > 0 {
		text += fmt.Sprintf(" %s will not run.", cli.Count(s.Removed, "task"))
	}
	if s.Running > 0 && s.Status != control.Open {
		text += fmt.Sprintf(" %s still running will finish.", cli.Count(s.Running, "task"))
	}
	return text
}

// previewOf says what a change of a sweep's status would do.
func previewOf(row *api.Sweep, to control.Status) *api.Effect {
	e := newEffect(true)
	left := row.Pending + row.Waiting
	e.Status, e.Priority, e.Count = string(row.Status), row.Priority, left+row.Running
	e.Changed = row.Status != to && row.Status != control.Finished && row.Status != control.Cancelled
	switch {
	case !e.Changed:
		e.Text = fmt.Sprintf("%s is %s: nothing would change.", row.Sweep, row.Status)
		if to == control.Open && row.Status == control.Cancelled {
			e.Details = append(e.Details, "A sweep that was cancelled is launched again to continue; its finished tasks are not computed again.")
		}
	case to == control.Paused:
		e.Text = fmt.Sprintf("Workers get no more tasks of %s: %s wait until it is resumed.", row.Sweep, cli.Count(left, "task"))
	case to == control.Open:
		e.Text = fmt.Sprintf("Workers get tasks of %s again: %s run when it is their turn.", row.Sweep, cli.Count(left, "task"))
	default:
		e.Confirm = true
		e.Text = fmt.Sprintf("%s of %s will not run, unless the sweep is launched again or another sweep has them.",
			cli.Count(left, "task"), row.Sweep)
	}
	if e.Changed && to != control.Open && row.Running > 0 {
		e.Details = append(e.Details, fmt.Sprintf("%s running now will finish.", cli.Count(row.Running, "task")))
	}
	return e
}

// drain has workers return their tasks and end, or says which ones would.
func (d *Dashboard) drain(ctx context.Context, r *api.Drain) (*api.Effect, error) {
	if len(r.Targets) == 0 || len(r.Targets) > namesShown {
		return nil, &dashboard.Refusal{Code: http.StatusBadRequest, Text: fmt.Sprintf("give 1 … %d workers or hosts as targets", namesShown)}
	}
	effect := newEffect(r.Preview)
	tasks := 0
	for _, w := range d.Coordinator.Workers().Workers {
		if !w.Ended && (slices.Contains(r.Targets, w.Name) || slices.Contains(r.Targets, w.Host)) {
			effect.Names = append(effect.Names, w.Name)
			tasks += len(w.Tasks)
		}
	}
	known := func(target string) bool {
		return slices.ContainsFunc(d.Coordinator.Workers().Workers, func(w control.Worker) bool {
			return !w.Ended && (w.Name == target || w.Host == target)
		})
	}
	for _, target := range r.Targets {
		if !known(target) {
			effect.Unknown = append(effect.Unknown, target)
		}
	}
	if !r.Preview {
		out, err := d.Coordinator.Drain(control.Committed(ctx), control.Drain{Targets: r.Targets})
		if err != nil {
			return nil, refuse(err)
		}
		effect.Names, effect.Unknown = out.Workers, out.Unknown
	}
	effect.Count, effect.Changed, effect.Confirm = len(effect.Names), len(effect.Names) > 0, r.Preview
	effect.Text = fmt.Sprintf("%s %s %s for others to continue, and %s.", cli.Count(effect.Count, "worker"),
		cli.Plural(effect.Count, "returns", "return"), cli.Count(tasks, "running task"), cli.Plural(effect.Count, "ends", "end"))
	effect.Names = effect.Names[:min(len(effect.Names), namesShown)]
	return effect, nil
}
