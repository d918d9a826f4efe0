package outcomes

import (
	"cmp"
	"slices"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/events"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// recordFailure records a failure in the manifest of a sweep.
func (b *Book) recordFailure(c lifecycle.RecordFailure) {
	t := b.Sweeps.Task(c.ID, c.Sweep)
	line := taskLine(c.Sweep, t)
	reason := b.Core.Reason(c.ID)
	d, committed := b.held[run{c.ID, c.Run}]
	known := b.Sweeps.KnownFailure()
	switch {
	case known != nil && known.Line.ID == c.ID && known.Line.Run == c.Run:
		line = known.Line
		line.Sweep, line.Parameters, line.ReusedFrom = c.Sweep, t.Varying, known.Sweep
	case committed:
		line = outcomeLine(c.Sweep, t, &d.Outcome)
		line.Error = cmp.Or(reason, d.Outcome.Error)
	default:
		now := time.Now()
		line.Run, line.Started, line.Finished, line.Version = c.Run, now, now, b.Version
		line.Error = b.reasonOf(c, t)
	}
	line.State, line.Class = manifest.Failed, string(c.Class)
	b.Ledger.Add(c.Sweep, line)
	e := events.Event{Kind: events.TaskFailed, Sweep: c.Sweep, Task: t.ID, File: t.File, Run: c.Run, Crowded: c.Class == protocol.Source}
	if committed {
		e = outcomeEvent(events.TaskFailed, c.Sweep, t, &d.Outcome)
	}
	e.Class, e.Error = c.Class, line.Error
	if c.Again {
		e.Kind = events.AttemptFailed
		b.Core.Record(e)
		return
	}
	s := b.Sweeps.Get(c.Sweep)
	if known == nil {
		b.Core.Record(e)
		s.Fail(t, c.Class, line.Error, line.Finished)
	}
	s.Work.Settle(t)
	b.Core.SetReason(c.ID, line.Error)
	b.Attempts.Remove(c.ID)
}

// saysFailed reports whether a failure is the last that a sweep's manifest says of a task, or is about to say.
func (b *Book) saysFailed(sweep string, id sweeps.ID) bool {
	for _, l := range slices.Backward(b.Ledger.Unwritten(sweep)) {
		if l.ID == id {
			return l.State == manifest.Failed
		}
	}
	h := b.Catalog.History(id)
	return h.LastFailure(sweep) != nil
}

// reasonOf says why a task failed that has no outcome of its own.
func (b *Book) reasonOf(c lifecycle.RecordFailure, t *sweeps.Task) string {
	if reason := b.Core.Reason(c.ID); reason != "" || c.Class != protocol.Source || t.Source == nil {
		return reason
	}
	name := t.Source.Sweep + "/" + t.Source.File + " (" + t.Source.Task.String() + ")"
	if _, ok := b.Core.Machine().Task(t.Source.Task); !ok {
		return "its source " + name + " was cancelled, or another launch or rerun has it no more"
	}
	return "its source " + name + " failed"
}
