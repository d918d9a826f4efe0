package attempts

import (
	"strings"

	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/workers"
	"eisweep/internal/events"
	"eisweep/internal/protocol"
	"eisweep/internal/queue"
)

// record adds an event about an attempt to the log of events, unless an earlier coordinator has done so. The lock is held.
func (t *Tracker) record(kind events.Kind, of queue.Entry, e events.Event) {
	if !t.caughtUp && !of.At.After(t.before) {
		return
	}
	e.Kind, e.Task, e.Run, e.Attempt, e.Token, e.Worker, e.Host = kind, of.ID, of.Run, of.Attempt, of.Token, of.Worker, of.Host
	if is, ok := t.config.Core.Machine().Task(of.ID); ok && len(is.Sweeps) > 0 {
		e.Sweep = is.Sweeps[0]
		if task := t.config.Core.Task(of.ID, e.Sweep); task != nil {
			e.File = task.File
		}
	}
	t.config.Core.Record(e)
}

// noMore says, if the task has no more attempts after a failed one, that it has none.
func (t *Tracker) noMore(e queue.Entry) string {
	is, ok := t.config.Core.Machine().Task(e.ID)
	counts := ok && t.losses.of(run{e.ID, e.Run}) > is.Losses
	if ok && counts && is.Losses+1 >= lifecycle.LossLimit {
		return "the task has no more attempts"
	}
	return ""
}

// recordWorker adds what a report means for its worker to the log of events. The lock is held.
func (t *Tracker) recordWorker(change workers.Change, p *protocol.Presence) {
	e := events.Event{Worker: p.Name, Host: p.Host, PID: p.PID, Version: p.Version}
	switch change {
	case workers.Joined:
		e.Kind, e.Slots = events.WorkerJoined, p.Slots
		if p.Version != t.config.Version {
			e.Why = "its program is of another version than the coordinator's (" + t.config.Version + ")"
		}
	case workers.Back:
		e.Kind = events.WorkerBack
	case workers.Left:
		e.Kind, e.Why = events.WorkerLeft, strings.TrimPrefix(p.State, protocol.Draining)
		if p.State == protocol.Idle || p.State == protocol.Working {
			e.Why = ""
		}
	default:
		return
	}
	t.config.Core.Record(e)
}
