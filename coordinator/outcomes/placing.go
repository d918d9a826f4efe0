package outcomes

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/placement"
	"eisweep/coordinator/workload"
	"eisweep/internal/events"
	"eisweep/internal/manifest"
	"eisweep/internal/protocol"
	"eisweep/internal/results"
	"eisweep/sim"
	"eisweep/sweeps"
)

// place gives the outcome's file its name in every sweep that wants it, and returns the commands that follow. A
// result that is not what its outcome promised is computed again. Nothing follows yet if that cannot be
// determined, or if no sweep can take the result: the outcome is kept.
func (b *Book) place(c lifecycle.Place) []lifecycle.Command {
	d := b.held[run{c.ID, c.Run}]
	incoming := b.Root.Incoming(c.ID, c.Run, d.Outcome.Token)
	hashed, damage, err := placement.CheckIncoming(incoming, &d.Outcome)
	if err != nil {
		b.Core.Postpone(c.Sweeps[0], c, fmt.Errorf("read the result of %s: %w", c.ID, err), false)
		return nil
	}
	if damage != "" {
		b.Core.SetReason(c.ID, damage)
		return b.Core.Machine().Step(lifecycle.ResultPlaced{ID: c.ID, Run: c.Run, Class: protocol.Storage})
	}
	wait, refused := b.freeNames(c, promisedBy(&d.Outcome))
	if wait {
		b.next = append(b.next, c)
		return nil
	}
	return b.placeIn(c, incoming, &d.Outcome, hashed, refused)
}

// placeIn names the file in the sweeps. The first is the one that it was computed for. A sweep that cannot take
// the file now gets it later from one that could.
func (b *Book) placeIn(
	c lifecycle.Place, incoming string, o *protocol.Outcome, hashed time.Time, refused map[string]error,
) []lifecycle.Command {
	first := ""
	for _, sweep := range c.Sweeps {
		t := b.Sweeps.Task(c.ID, sweep)
		if t == nil || refused[sweep] != nil {
			continue // nil: the sweep was launched again without the task
		}
		if err := b.linkInto(sweep, t, incoming, promisedBy(o)); err != nil {
			refused[sweep] = fmt.Errorf("place result of %s in %s: %w", t.File, sweep, err)
			continue
		}
		line := resultLine(sweep, t, o)
		line.Modified = placement.ModifiedAs(incoming, b.pathOf(sweep, t.File), hashed)
		if first != "" {
			line.ReusedFrom = first
			b.Sweeps.Get(sweep).Linked++
		} else {
			first = sweep
			b.Sweeps.Get(sweep).Ran++
			b.Attempts.Pace.End(time.Now(), workload.Cost(t))
			b.Meters.TaskDone(t.Experiment, o.Spent+o.Finished.Sub(o.Started))
			b.Core.Record(outcomeEvent(events.AttemptFinished, sweep, t, o))
		}
		b.Ledger.Add(sweep, line)
		b.Sweeps.Get(sweep).Assess(t.ID, o.Quality.Verdict())
		b.Sweeps.Get(sweep).Work.Settle(t)
	}
	for _, sweep := range slices.Sorted(maps.Keys(refused)) {
		if first == "" {
			b.Core.Postpone(sweep, c, refused[sweep], true)
			return nil
		}
		b.Core.Postpone(sweep, lifecycle.Link{ID: c.ID, Sweep: sweep}, refused[sweep], true)
	}
	return b.Core.Machine().Step(lifecycle.ResultPlaced{ID: c.ID, Run: c.Run, Class: ""})
}

// outcomeEvent is the event of an attempt that committed an outcome.
func outcomeEvent(kind events.Kind, sweep string, t *sweeps.Task, o *protocol.Outcome) events.Event {
	return events.Event{Kind: kind, Sweep: sweep, Task: t.ID, File: t.File, Run: o.Run, Attempt: o.Attempt, Token: o.Token,
		Worker: o.Worker, Host: o.Host, Class: o.Class, Crowded: kind == events.AttemptFinished}
}

func promisedBy(o *protocol.Outcome) results.Identity {
	return results.Identity{SHA256: o.SHA256, Bytes: o.Bytes}
}

func (b *Book) pathOf(sweep, file string) string {
	return filepath.Join(b.Root.SweepDir(sweep), file)
}

// resultLine is the manifest's line of an outcome with a result.
func resultLine(sweep string, t *sweeps.Task, o *protocol.Outcome) manifest.Line {
	l := outcomeLine(sweep, t, o)
	l.State, l.File, l.Digest, l.SHA256, l.Bytes, l.Quality = manifest.Done, t.File, o.Digest, o.SHA256, o.Bytes, o.Quality
	l.CPUSeconds, l.Steps = o.CPU.Seconds(), o.Steps
	return l
}

func outcomeLine(sweep string, t *sweeps.Task, o *protocol.Outcome) manifest.Line {
	l := taskLine(sweep, t)
	l.Run, l.Attempt, l.Token, l.Started, l.Finished = o.Run, o.Attempt, o.Token, o.Started, o.Finished
	l.Seconds = (o.Spent + o.Finished.Sub(o.Started)).Seconds()
	l.Host, l.Worker, l.Version = o.Host, o.Worker, o.Version
	return l
}

// taskLine holds the fields of a line that depend only on the task.
func taskLine(sweep string, t *sweeps.Task) manifest.Line {
	return manifest.Line{ID: t.ID, Sweep: sweep, Experiment: t.Experiment, Seed: t.Seed, Parameters: t.Varying,
		ModelVersion: sim.ModelVersion, Replaces: t.Replaces}
}
