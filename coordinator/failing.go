package coordinator

import (
	"cmp"
	"time"

	"eisweep/internal/control"
	"eisweep/internal/queue"
	"eisweep/internal/results"
	"eisweep/sweeps"
)

// failuresKept is how many failures of a sweep a summary names.
const failuresKept = 20

// record notes a failure in the manifest of a sweep.
func (k *Coordinator) record(c record) {
	b := k.books[c.id]
	t := b.names[c.sweep]
	line := taskLine(c.sweep, t)
	d, committed := k.held[order{c.id, c.run}]
	switch {
	case b.failure != nil && b.failure.line.Run == c.run:
		line = b.failure.line
		line.Sweep, line.Parameters, line.ReusedFrom = c.sweep, results.ParametersOf(t.Varying), b.failure.sweep
	case committed:
		line = k.outcomeLine(c.sweep, t, &d.Outcome)
		line.Error = cmp.Or(b.reason, d.Outcome.Error)
	default:
		now := time.Now()
		line.Run, line.Started, line.Finished, line.Version = c.run, now, now, k.config.Version
		line.Error = k.reasonOf(c, b, t)
	}
	line.State, line.Class = results.Failed, string(c.class)
	k.note(c.sweep, line)
	if c.again {
		b.reason = ""
		return
	}
	s := k.sweep(c.sweep)
	if b.failure == nil {
		s.failed(t, c.class, line.Error)
	}
	s.work.settle(t)
	b.reason = line.Error // for a sweep that comes to want it later
	delete(k.running, c.id)
}

// reasonOf says why a task failed that has no outcome of its own.
func (k *Coordinator) reasonOf(c record, b *book, t *sweeps.Task) string {
	if b.reason != "" || c.class != queue.Source || t.Source == nil {
		return b.reason
	}
	return "its source " + t.Source.Sweep + "/" + t.Source.File + " (" + t.Source.Task.String() + ") failed"
}

// failed counts a failure for the summary.
func (s *launchedSweep) failed(t *sweeps.Task, class queue.Class, text string) {
	s.byClass[class]++
	if len(s.failures) < failuresKept {
		s.failures = append(s.failures, control.Failure{ID: t.ID, File: t.File, Seed: t.Seed, Class: class, Error: text})
	}
}
