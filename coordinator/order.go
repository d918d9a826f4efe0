package coordinator

import (
	"eisweep/coordinator/catalog"
	"eisweep/sweeps"
)

// Order is what a launch wants.
type Order struct {
	// Sweeps to launch. A PERTURB sweep may name another of them as its source,
	// whatever their order.
	Sweeps []*sweeps.Sweep
	// Select, for a rerun: just the tasks for which it is true are executed, whatever
	// their state, and no others are looked at. nil: every task that the manifest
	// doesn't settle is executed.
	Select func(t *sweeps.Task, s catalog.State) bool
	// Supersede allows files of other tasks that are in the way to be moved to
	// superseded/.
	Supersede bool
	// KeepFile leaves the stored sweep file as it is: a rerun is no new launch.
	KeepFile bool
	// Rerun, for a rerun, is Select told as a choice.
	Rerun *Choice
	// Priority is whose tasks workers get first: higher ones; 0 as usual.
	Priority int

	again    map[sweeps.ID]int // tasks ordered again by a rerun, with their run numbers
	restored bool              // outside files may be gone that were copied
}

// part says that the order is for some tasks of the sweeps, whatever their state.
func (o *Order) part() bool { return o.Select != nil || o.Rerun != nil }

// selects says whether a task is one of them.
func (o *Order) selects(t *catalog.TaskStatus) bool {
	if o.Rerun != nil {
		return o.Rerun.Fits(t)
	}
	return o.Select(&t.Task, t.State)
}
