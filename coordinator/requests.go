package coordinator

import (
	"context"
	"time"

	"eisweep/coordinator/plan"
	"eisweep/coordinator/workers"
	"eisweep/internal/control"
	"eisweep/internal/problems"
)

// Launch compares a request with what exists and has the missing tasks executed. If files of other tasks are in
// the way and the request does not allow them to be moved, it changes nothing and returns a *SupersedeError
// with the plan. Launching the same again does nothing. If ctx is one of control's and ends because nobody
// waits for the answer, it ends the planning, not what comes after it.
func (c *Coordinator) Launch(ctx context.Context, o plan.Request) (*plan.Plan, error) {
	defer c.saveEvents(ctx)
	return c.launcher.launch(ctx, o)
}

// Plan finds out what launching the request would do.
func (c *Coordinator) Plan(ctx context.Context, o plan.Request) (*plan.Plan, error) {
	return c.launcher.plan(ctx, o)
}

// Pause stops sending the sweeps' tasks to workers; running tasks continue. No name means all sweeps. Pausing
// again changes nothing.
func (c *Coordinator) Pause(ctx context.Context, names []string) (control.Steered, error) {
	defer c.saveEvents(ctx)
	return c.sweepControl.steer(ctx, names, control.Paused)
}

// Resume sends the tasks of paused sweeps to workers again. A cancelled sweep must be launched again instead.
func (c *Coordinator) Resume(ctx context.Context, names []string) (control.Steered, error) {
	defer c.saveEvents(ctx)
	return c.sweepControl.steer(ctx, names, control.Open)
}

// Cancel withdraws the tasks that the sweeps want and no other sweep does; running tasks finish and count.
func (c *Coordinator) Cancel(ctx context.Context, names []string) (control.Steered, error) {
	defer c.saveEvents(ctx)
	return c.sweepControl.steer(ctx, names, control.Cancelled)
}

// Explain says why a sweep or a task, given by its id or the start of one, is not running.
func (c *Coordinator) Explain(ctx context.Context, target string) (control.Explained, error) {
	return c.explainer.Explain(ctx, target)
}

// Problems lists what is wrong in the root, worst first.
func (c *Coordinator) Problems(ctx context.Context) problems.Report { return c.diagnoser.Report(ctx) }

// mayLackReports reports whether workers may be connected that have not reported since the coordinator started.
func (c *Coordinator) mayLackReports() bool { return time.Since(c.begun) < workers.Discovery }

// SettleHooks fires the hooks that are due, and waits for them as hooks.Keeper.Settle does.
func (c *Coordinator) SettleHooks(ctx context.Context) { c.hooks.Settle(ctx) }
