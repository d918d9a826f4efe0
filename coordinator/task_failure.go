package coordinator

import (
	"cmp"
	"slices"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// record notes a failure in the manifest of a sweep.
func (k *Coordinator) record(c lifecycle.RecordFailure) {
	t := k.sweeps.Task(c.ID, c.Sweep)
	line := taskLine(c.Sweep, t)
	reason := k.reasons[c.ID]
	d, committed := k.held[runKey{c.ID, c.Run}]
	known := k.sweeps.KnownFailure()
	switch {
	case known != nil && known.Line.ID == c.ID && known.Line.Run == c.Run:
		line = known.Line
		line.Sweep, line.Parameters, line.ReusedFrom = c.Sweep, manifest.ParametersOf(t.Varying), known.Sweep
	case committed:
		line = k.outcomeLine(c.Sweep, t, &d.Outcome)
		line.Error = cmp.Or(reason, d.Outcome.Error)
	default:
		now := time.Now()
		line.Run, line.Started, line.Finished, line.Version = c.Run, now, now, k.config.Version
		line.Error = k.reasonOf(c, t)
	}
	line.State, line.Class = manifest.Failed, string(c.Class)
	k.ledger.Add(c.Sweep, line)
	if c.Again {
		return
	}
	s := k.sweeps.Get(c.Sweep)
	if known == nil {
		s.Fail(t, c.Class, line.Error)
	}
	s.Work.Settle(t)
	k.reasons[c.ID] = line.Error
	k.attempts.Remove(c.ID)
}

// saysFailed reports whether a failure is the last that a sweep's manifest says of a task, or is about to say.
func (k *Coordinator) saysFailed(sweep string, id sweeps.ID) bool {
	for _, l := range slices.Backward(k.ledger.Unwritten(sweep)) {
		if l.ID == id {
			return l.State == manifest.Failed
		}
	}
	h := k.catalog.History(id)
	return h.LastFailure(sweep) != nil
}

// reasonOf says why a task failed that has no outcome of its own.
func (k *Coordinator) reasonOf(c lifecycle.RecordFailure, t *sweeps.Task) string {
	if reason := k.reasons[c.ID]; reason != "" || c.Class != protocol.Source || t.Source == nil {
		return reason
	}
	name := t.Source.Sweep + "/" + t.Source.File + " (" + t.Source.Task.String() + ")"
	if _, ok := k.machine.Task(t.Source.Task); !ok {
		return "its source " + name + " was cancelled, or another launch or rerun has it no more"
	}
	return "its source " + name + " failed"
}
