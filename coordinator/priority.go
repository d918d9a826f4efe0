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
	if priority < -mostPriority || priority > mostPriority {
		return &control.Refusal{Kind: control.Input, Text: fmt.Sprintf("priority %d: give -%d … %d", priority, mostPriority, mostPriority)}
	}
	defer c.saveEvents(ctx)
	return c.sweepControl.prioritize(ctx, sweep, priority)
}

func (st *sweepControl) prioritize(ctx context.Context, name string, priority int) error {
	if _, err := st.named([]string{name}); err != nil {
		return err
	}
	if err := st.prioritizeOne(ctx, name, priority); err != nil {
		return err
	}
	return st.awaitQueue(ctx)
}

func (st *sweepControl) prioritizeOne(ctx context.Context, name string, priority int) error {
	if err := st.authorizeWrite(); err != nil {
		return err
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	s := st.sweeps.Get(name)
	if s == nil || st.sweeps.IsComplete(name) {
		return &control.Refusal{Kind: control.Input,
			Text: fmt.Sprintf("sweep %s has nothing left to run: give the priority when it is launched", name)}
	}
	if s.Priority == priority {
		return nil
	}
	record := st.sweeps.Record(s)
	record.Priority = priority
	if err := st.recorder.write(name, record); err != nil {
		return err
	}
	s.Priority = priority
	st.step(lifecycle.SweepPrioritized{Sweep: name, Priority: priority})
	e := requested(ctx, events.SweepPriorityChanged, name)
	e.Priority = &priority
	st.record(e)
	return st.failure
}
