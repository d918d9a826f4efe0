package catalog

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"

	"eisweep/coordinator/stopping"
	"eisweep/sweeps"
)

// stop adds the decisions about a sweep with [until] to its status, and removes tasks that are not decided, unless they are done.
func (x *Catalog) stop(ctx context.Context, prober Prober, name string, e *sweeps.Expansion, out *SweepStatus) error {
	u, ok := out.Sweep.Until()
	if !ok {
		return nil
	}
	var points []int
	byPlace, i := map[[2]int]*TaskStatus{}, 0
	for number := range e.Numbered() {
		point, seed := e.Point(number)
		if seed == 0 {
			points = append(points, point)
		}
		out.Tasks[i].Point, byPlace[[2]int{point, seed}] = point, &out.Tasks[i]
		i++
	}
	decided, err := stopping.Decide(ctx, prober, u, points, func(point, seed int) (stopping.Result, error) {
		return x.resultOf(name, byPlace[[2]int{point, seed}]), nil
	})
	if err != nil {
		return err
	}
	out.Decisions, out.Unread = decided.ByPoint, cmp.Or(out.Unread, decided.Unread)
	beyond := map[sweeps.ID]bool{}
	for at, t := range byPlace {
		if at[1] >= out.Decisions[at[0]].Seeds && t.State != StateDone {
			beyond[t.Task.ID] = true
		}
	}
	out.Tasks = slices.DeleteFunc(out.Tasks, func(t TaskStatus) bool { return beyond[t.Task.ID] })
	return nil
}

// resultOf returns the state and the result of a task.
func (x *Catalog) resultOf(sweep string, t *TaskStatus) stopping.Result {
	switch t.State {
	case StatePending:
		return stopping.Result{}
	case StateFailed:
		return stopping.Result{Settled: true}
	}
	return stopping.Result{Settled: true, Path: filepath.Join(x.root.SweepDir(sweep), t.Task.File), SHA256: t.Line.SHA256}
}

// Result returns the state and the result of a task by a sweep's manifest.
func (x *Catalog) Result(id sweeps.ID, sweep string) (stopping.Result, error) {
	h := x.History(id)
	switch h.State(sweep) {
	case StateFailed:
		return stopping.Result{Settled: true}, nil
	case StateDone:
		l, err := x.Line(*h.LastCopy(sweep))
		if err != nil {
			return stopping.Result{}, err
		}
		return stopping.Result{Settled: true, Path: filepath.Join(x.root.SweepDir(sweep), l.Line.File), SHA256: l.Line.SHA256}, nil
	}
	return stopping.Result{}, nil
}
