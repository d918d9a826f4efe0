package coordinator

import (
	"context"

	"eisweep/internal/control"
)

// Summary returns the state of the sweeps of these names, or of all launched sweeps if there are none. Every
// line that it refers to has been sent to the followers of these sweeps before.
func (k *Coordinator) Summary(ctx context.Context, names []string) (control.Summary, error) {
	var here []string
	var others []control.SweepSummary
	for _, name := range names {
		if k.statusOf(name) != "" {
			here = append(here, name)
			continue
		}
		s, err := k.archive().summarize(ctx, name)
		if err != nil {
			return control.Summary{}, err
		}
		others = append(others, s)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.ledger.IsEmpty() {
		if err := k.checkOwnership(ctx); err != nil {
			return control.Summary{}, err
		}
	}
	k.flush()
	var out control.Summary
	if len(here) > 0 || len(names) == 0 {
		out = k.sweeps.Summarize(k.config.Root, here...)
	}
	out.Sweeps = append(out.Sweeps, others...)
	return out, k.failure
}

// statusOf is the status of a sweep; "" if it was not launched.
func (k *Coordinator) statusOf(sweep string) control.Status {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.sweeps.Status(sweep)
}
