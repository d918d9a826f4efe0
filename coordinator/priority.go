package coordinator

import (
	"context"
	"fmt"

	"eisweep/coordinator/lifecycle"
	"eisweep/internal/control"
	"eisweep/internal/events"
)

// mostPriority bounds priorities, so that all can be compared and printed.
const mostPriority = 1_000_000

// Prioritize gives a sweep that is not finished another priority. Tasks that are running are not disturbed.
func (c *Coordinator) Prioritize(ctx context.Context, sweep string, priority int) error {
	_, err := c.sweepControl.adjust(ctx, control.Adjust{Sweeps: []string{sweep}, Priority: &priority})
	return err
}

// adjust gives sweeps that are not finished another priority, or another limit of tasks at a time. Tasks that are running are not
// disturbed.
func (st *sweepControl) adjust(ctx context.Context, r control.Adjust) (control.Adjusted, error) {
	defer st.saveEvents(ctx)
	out := control.Adjusted{Sweeps: []control.AdjustedSweep{}}
	if p := r.Priority; p != nil && (*p < -mostPriority || *p > mostPriority) {
		return out, &control.Refusal{Kind: control.Input, Text: fmt.Sprintf("priority %d: give -%d … %d", *p, mostPriority, mostPriority)}
	}
	if n := r.MaxRunning; n != nil && *n < 0 {
		return out, &control.Refusal{Kind: control.Input, Text: fmt.Sprintf("at most %d tasks at a time: give 0 (any number) or more", *n)}
	}
	if len(r.Sweeps) == 0 {
		return out, &control.Refusal{Kind: control.Input, Text: "no sweep is named"}
	}
	names, err := st.named(r.Sweeps)
	if err != nil {
		return out, err
	}
	for _, name := range names {
		s, err := st.adjustOne(ctx, name, r)
		if err != nil {
			return out, err
		}
		out.Sweeps = append(out.Sweeps, s)
	}
	return out, st.awaitQueue(ctx)
}

func (st *sweepControl) adjustOne(ctx context.Context, name string, r control.Adjust) (control.AdjustedSweep, error) {
	out := control.AdjustedSweep{Name: name}
	if err := st.authorizeWrite(); err != nil {
		return out, err
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	s := st.sweeps.Get(name)
	if s == nil || st.sweeps.IsComplete(name) {
		return out, &control.Refusal{Kind: control.Input,
			Text: fmt.Sprintf("sweep %s has nothing left to run: give the priority or the limit when it is launched", name)}
	}
	record := st.sweeps.Record(s)
	if r.Priority != nil {
		record.Priority = *r.Priority
	}
	if r.MaxRunning != nil {
		record.MaxRunning = *r.MaxRunning
	}
	out.Priority, out.MaxRunning = record.Priority, record.MaxRunning
	ranks, limits := record.Priority != s.Priority, record.MaxRunning != s.Most
	if out.Changed = ranks || limits; !out.Changed {
		return out, nil
	}
	if err := st.recorder.write(name, record); err != nil {
		return out, err
	}
	s.Priority, s.Most = record.Priority, record.MaxRunning
	if ranks {
		st.step(lifecycle.SweepPrioritized{Sweep: name, Priority: s.Priority})
		e := requested(ctx, events.SweepPriorityChanged, name)
		e.Priority = &out.Priority
		st.record(e)
	}
	if limits {
		st.step(lifecycle.SweepLimited{Sweep: name, Most: s.Most})
		e := requested(ctx, events.SweepLimitChanged, name)
		e.MaxRunning = &out.MaxRunning
		st.record(e)
	}
	return out, st.failure
}
