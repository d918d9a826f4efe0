package plan

import (
	"eisweep/coordinator/catalog"
	"eisweep/internal/control"
	"eisweep/sweeps"
)

// Request is a request to launch sweeps.
type Request struct {
	// Sweeps to launch. A PERTURB sweep may name another of them as its source,
	// whatever their order.
	Sweeps []*sweeps.Sweep
	// Select is true, in a rerun, for the tasks to execute, whatever their state; no others are looked at. nil: every
	// task that the manifest doesn't settle is executed.
	Select func(t *sweeps.Task, s catalog.State) bool
	// Supersede allows files of other tasks that are in the way to be moved to
	// superseded/.
	Supersede bool
	// Drop allows finished tasks of the previous launch to be left out, and tasks that a rerun replaced to be restored.
	Drop bool
	// KeepFile leaves the stored sweep file as it is: a rerun is no new launch.
	KeepFile bool
	// Rerun, for a rerun, is Select as a choice.
	Rerun *Choice
	// Priority decides whose tasks workers get first: those of the higher one. 0 is the default.
	Priority int
	// MaxRunning is how many tasks of each sweep may run at a time; 0 is any number.
	MaxRunning int
	// User is who gets a share of the workers for the sweeps; "" is who requests them.
	User string
	// Hooks are those of each of the sweeps; nil: none.
	Hooks *control.Hooks

	// Resumed are the run numbers that reruns gave to tasks of a sweep that a coordinator resumes; nil for a new
	// launch. Copies then stand in for outside files that are gone.
	Resumed map[sweeps.ID]int
}

// IsPartial reports whether the request is for some tasks of the sweeps, whatever their state.
func (r *Request) IsPartial() bool { return r.Select != nil || r.Rerun != nil }

// selects reports whether a task is one of them.
func (r *Request) selects(t *catalog.TaskStatus) bool {
	if r.Rerun != nil {
		return r.Rerun.Fits(t)
	}
	return r.Select(&t.Task, t.State)
}
