package coordinator

import (
	"context"

	"eisweep/internal/control"
)

// Summary returns the state of the sweeps of these names, or of all launched sweeps if there are none. Every
// line that it refers to has been sent to the followers of these sweeps before.
func (c *Coordinator) Summary(ctx context.Context, names []string) (control.Summary, error) {
	var here []string
	var others []control.SweepSummary
	for _, name := range names {
		if c.statusOf(name) != "" {
			here = append(here, name)
			continue
		}
		s, err := c.archive().summarize(ctx, name)
		if err != nil {
			return control.Summary{}, err
		}
		others = append(others, s)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ledger.IsEmpty() {
		if err := c.checkOwnership(ctx); err != nil {
			return control.Summary{}, err
		}
	}
	c.flush()
	var out control.Summary
	if len(here) > 0 || len(names) == 0 {
		out = c.sweeps.Summarize(c.config.Root, here...)
	}
	out.Sweeps = append(out.Sweeps, others...)
	return out, c.failure
}

// statusOf is the status of a sweep; "" if it was not launched.
func (c *Coordinator) statusOf(sweep string) control.Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sweeps.Status(sweep)
}
