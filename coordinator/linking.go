package coordinator

import (
	"errors"
	"fmt"

	"eisweep/coordinator/catalog"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/placement"
	"eisweep/coordinator/window"
	"eisweep/internal/manifest"
	"eisweep/internal/results"
	"eisweep/sweeps"
)

// link gives a result that is done its name in one more sweep. A result whose file is gone by now is computed
// again.
func (k *Coordinator) link(c lifecycle.Link) []lifecycle.Command {
	t := k.sweeps.Task(c.ID, c.Sweep)
	if t == nil {
		return nil // it was launched without the task meanwhile
	}
	from, err := k.locate(c.ID, c.Sweep, t.File)
	if errors.Is(err, window.ErrGone) {
		k.config.Log.Warn("a result is computed again: its file is gone", "task", c.ID, "sweep", c.Sweep)
		return k.machine.Step(lifecycle.ResultLost(c))
	}
	if err != nil {
		k.faults.postpone(c.Sweep, c, fmt.Errorf("find result of %s for %s: %w", t.File, c.Sweep, err), false)
		return nil
	}
	if from.Sweep == c.Sweep && from.Line.File == t.File {
		if k.saysFailed(c.Sweep, c.ID) { // by a later run, which leaves the result
			k.ledger.Add(c.Sweep, from.Line)
		}
		return nil // placed since the launch looked
	}
	wait, err := k.freeName(c.Sweep, t, catalog.IdentityOf(&from.Line))
	if wait {
		k.after.next = append(k.after.next, c)
		return nil
	}
	if err == nil {
		err = k.linkInto(c.Sweep, t, k.pathOf(from.Sweep, from.Line.File), catalog.IdentityOf(&from.Line))
	}
	if err != nil {
		k.faults.postpone(c.Sweep, c, fmt.Errorf("link result of %s into %s: %w", t.File, c.Sweep, err), true)
		return nil
	}
	line := from.Line
	line.State = manifest.Done // it may have been superseded
	line.Sweep, line.File, line.ReusedFrom = c.Sweep, t.File, from.Sweep
	line.Parameters = manifest.ParametersOf(t.Varying)
	line.Modified = placement.ModifiedAs(k.pathOf(from.Sweep, from.Line.File), k.pathOf(c.Sweep, t.File), from.Line.Modified)
	k.ledger.Add(c.Sweep, line)
	k.sweeps.Get(c.Sweep).Linked++
	return nil
}

// linkInto gives a file a task's name in a sweep's folder, which freeName has freed. Nothing gets a name that the manifest
// cannot have now.
func (k *Coordinator) linkInto(sweep string, t *sweeps.Task, from string, is results.Identity) error {
	if k.ledger.HoldsBack(sweep) {
		return k.faults.list[sweep].err
	}
	return k.placer.Link(sweep, t.File, from, is)
}
