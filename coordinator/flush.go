package coordinator

import (
	"encoding/json"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/manifest"
)

// flush makes durable what the ledger has gathered: first the names, then the manifests that refer to them. Then it
// acknowledges outcomes and finishes sweeps, which a restart no longer looks at. If something of a sweep cannot be
// written, that is a fault of that sweep. flush may release the lock for a while before it does anything.
func (c *Coordinator) flush() {
	for c.flushOnce(); c.failure == nil; c.flushOnce() {
		next, renamed := c.book.Next()
		if len(next)+len(renamed) == 0 {
			return
		}
		if len(renamed) > 0 {
			c.step(lifecycle.ResultsRenamed{IDs: renamed})
		}
		for _, command := range next {
			c.doAgain(command)
		}
	}
}

func (c *Coordinator) flushOnce() {
	for _, sweep := range c.faults.Retried() {
		c.ledger.Release(sweep)
	}
	if !c.ledger.IsEmpty() && !c.ownsRoot() {
		if err := c.checkOwnership(c.unattended); err != nil {
			c.fail(err)
		}
	}
	if c.failure != nil {
		return
	}
	written, err := c.ledger.Write(c.requireOwnership)
	if err != nil {
		c.fail(err)
		return
	}
	for sweep, err := range written.Faults {
		c.faults.Report(sweep, err, true)
	}
	c.ledger.Acknowledge()
	c.recordChanges()
	c.faults.Recover()
	for sweep, lines := range written.Lines {
		c.publish(sweep, lines)
	}
	c.ledger.CloseIf(func(sweep string) bool { return c.machine.Status(sweep) == "" || c.machine.IsFinished(sweep) })
	c.announce()
}

// recordChanges records which sweeps are finished now, or are no longer.
func (c *Coordinator) recordChanges() {
	settled, reopened := c.book.Changes()
	for _, sweep := range reopened {
		if err := c.recorder.write(sweep, c.sweeps.Record(c.sweeps.Get(sweep))); err != nil {
			c.config.Log.Warn("a task of a finished sweep runs again, but a restart would not resume the sweep", "error", err)
		}
	}
	for _, sweep := range settled {
		if !c.faults.FinishLater(sweep) {
			c.recorder.finish(sweep)
		}
	}
}

// publish sends what was written to the followers of a sweep.
func (c *Coordinator) publish(sweep string, lines []manifest.Line) {
	for _, l := range lines {
		if c.config.OnLine != nil {
			c.config.OnLine(l)
		}
		if c.config.SoleOwner {
			continue
		}
		text, err := json.Marshal(l)
		if err != nil {
			c.config.Log.Warn("publish manifest line", "task", l.ID, "error", err)
			continue
		}
		c.config.Queue.PublishUpdate(sweep, text)
	}
}
