package outcomes

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
func (b *Book) link(c lifecycle.Link) []lifecycle.Command {
	t := b.Sweeps.Task(c.ID, c.Sweep)
	if t == nil {
		return nil // it was launched without the task meanwhile
	}
	from, err := b.locate(c.ID, c.Sweep, t.File)
	if errors.Is(err, window.ErrGone) {
		b.Log.Warn("a result is computed again: its file is gone", "task", c.ID, "sweep", c.Sweep)
		return b.Core.Machine().Step(lifecycle.ResultLost(c))
	}
	if err != nil {
		b.Core.Postpone(c.Sweep, c, fmt.Errorf("find result of %s for %s: %w", t.File, c.Sweep, err), false)
		return nil
	}
	if from.Sweep == c.Sweep && from.Line.File == t.File {
		b.Sweeps.Get(c.Sweep).Assess(t.ID, from.Line.Quality.Verdict())
		if b.saysFailed(c.Sweep, c.ID) { // by a later run, which leaves the result
			b.Ledger.Add(c.Sweep, from.Line)
		}
		return nil // placed since the launch looked
	}
	wait, err := b.freeName(c.Sweep, t, catalog.IdentityOf(&from.Line))
	if wait {
		b.next = append(b.next, c)
		return nil
	}
	if err == nil {
		err = b.linkInto(c.Sweep, t, b.pathOf(from.Sweep, from.Line.File), catalog.IdentityOf(&from.Line))
	}
	if err != nil {
		b.Core.Postpone(c.Sweep, c, fmt.Errorf("link result of %s into %s: %w", t.File, c.Sweep, err), true)
		return nil
	}
	line := from.Line
	line.State = manifest.Done // it may have been superseded
	line.Sweep, line.File, line.ReusedFrom = c.Sweep, t.File, from.Sweep
	line.Parameters = t.Varying
	line.Modified = placement.ModifiedAs(b.pathOf(from.Sweep, from.Line.File), b.pathOf(c.Sweep, t.File), from.Line.Modified)
	b.Ledger.Add(c.Sweep, line)
	b.Sweeps.Get(c.Sweep).Assess(t.ID, line.Quality.Verdict())
	b.Sweeps.Get(c.Sweep).Linked++
	return nil
}

// linkInto gives a file a task's name in a sweep's directory, which freeName has freed. Nothing gets a name that the manifest
// cannot have now.
func (b *Book) linkInto(sweep string, t *sweeps.Task, from string, is results.Identity) error {
	if b.Ledger.HoldsBack(sweep) {
		return b.Core.SetAside(sweep)
	}
	return b.placer.Link(sweep, t.File, from, is)
}
