package coordinator

import (
	"encoding/json"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/manifest"
)

// flush makes durable what the ledger has gathered: first the names, then the manifests that refer to them. Then it
// acknowledges outcomes and finishes sweeps, which a restart no longer looks at. If something of a sweep cannot be
// written, that is a fault of that sweep. flush may release the lock for a while before it does anything.
func (k *Coordinator) flush() {
	for k.flushOnce(); k.failure == nil; k.flushOnce() {
		next, renamed := k.book.Next()
		if len(next)+len(renamed) == 0 {
			return
		}
		if len(renamed) > 0 {
			k.step(lifecycle.ResultsRenamed{IDs: renamed})
		}
		for _, c := range next {
			k.doAgain(c)
		}
	}
}

func (k *Coordinator) flushOnce() {
	for _, sweep := range k.faults.Retried() {
		k.ledger.Release(sweep)
	}
	if !k.ledger.IsEmpty() && !k.ownsRoot() {
		if err := k.checkOwnership(k.unattended); err != nil {
			k.fail(err)
		}
	}
	if k.failure != nil {
		return
	}
	written, err := k.ledger.Write(k.requireOwnership)
	if err != nil {
		k.fail(err)
		return
	}
	for sweep, err := range written.Faults {
		k.faults.Report(sweep, err, true)
	}
	k.ledger.Acknowledge()
	k.recordChanges()
	k.faults.Recover()
	for sweep, lines := range written.Lines {
		k.publish(sweep, lines)
	}
	k.ledger.CloseIf(func(sweep string) bool { return k.machine.Status(sweep) == "" || k.machine.IsFinished(sweep) })
	k.announce()
}

// recordChanges records which sweeps are finished now, or are no longer.
func (k *Coordinator) recordChanges() {
	settled, reopened := k.book.Changes()
	for _, sweep := range reopened {
		if err := k.recorder.write(sweep, k.sweeps.Record(k.sweeps.Get(sweep))); err != nil {
			k.config.Log.Warn("a task of a finished sweep runs again, but a restart would not resume the sweep", "error", err)
		}
	}
	for _, sweep := range settled {
		if !k.faults.FinishLater(sweep) {
			k.recorder.finish(sweep)
		}
	}
}

// publish sends what was written to the followers of a sweep.
func (k *Coordinator) publish(sweep string, lines []manifest.Line) {
	for _, l := range lines {
		if k.config.Noted != nil {
			k.config.Noted(l)
		}
		if k.config.Exclusive {
			continue
		}
		text, err := json.Marshal(l)
		if err != nil {
			k.config.Log.Warn("publish manifest line", "task", l.ID, "error", err)
			continue
		}
		k.config.Queue.PublishUpdate(sweep, text)
	}
}
