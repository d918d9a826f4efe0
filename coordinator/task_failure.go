package coordinator

import (
	"cmp"
	"slices"
	"time"

	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// failuresKept is how many failures of a sweep a summary names.
const failuresKept = 20

// record notes a failure in the manifest of a sweep.
func (k *Coordinator) record(c record) {
	t := k.task(c.id, c.sweep)
	line := taskLine(c.sweep, t)
	reason := k.reasons[c.id]
	d, committed := k.held[order{c.id, c.run}]
	known := k.considered.failure
	switch {
	case known != nil && known.line.ID == c.id && known.line.Run == c.run:
		line = known.line
		line.Sweep, line.Parameters, line.ReusedFrom = c.sweep, manifest.ParametersOf(t.Varying), known.sweep
	case committed:
		line = k.outcomeLine(c.sweep, t, &d.Outcome)
		line.Error = cmp.Or(reason, d.Outcome.Error)
	default:
		now := time.Now()
		line.Run, line.Started, line.Finished, line.Version = c.run, now, now, k.config.Version
		line.Error = k.reasonOf(c, t)
	}
	line.State, line.Class = manifest.Failed, string(c.class)
	k.note(c.sweep, line)
	if c.again {
		return
	}
	s := k.sweep(c.sweep)
	if known == nil {
		s.failed(t, c.class, line.Error)
	}
	s.work.settle(t)
	k.reasons[c.id] = line.Error
	if r := k.running[c.id]; r != nil {
		k.pace.end(time.Now(), r.workDone())
	}
	delete(k.running, c.id)
}

// saysFailed tells whether a failure is the last that a sweep's manifest says of a task,
// or is about to say.
func (k *Coordinator) saysFailed(sweep string, id sweeps.ID) bool {
	for _, l := range slices.Backward(k.unwrittenLines(sweep)) {
		if l.ID == id {
			return l.State == manifest.Failed
		}
	}
	h := k.index.of(id)
	return h.lastFailure(sweep) != nil
}

// reasonOf says why a task failed that has no outcome of its own.
func (k *Coordinator) reasonOf(c record, t *sweeps.Task) string {
	if reason := k.reasons[c.id]; reason != "" || c.class != protocol.Source || t.Source == nil {
		return reason
	}
	name := t.Source.Sweep + "/" + t.Source.File + " (" + t.Source.Task.String() + ")"
	if k.machine.tasks[t.Source.Task] == nil {
		return "its source " + name + " was cancelled, or another launch or rerun has it no more"
	}
	return "its source " + name + " failed"
}
