package coordinator

import (
	"context"

	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/plan"
)

// diffPrevious adds to a plan what an earlier launch wanted and this one doesn't, and whether it resumes the sweep.
func (k *Coordinator) diffPrevious(ctx context.Context, s *plan.Sweep, o plan.Request) error {
	k.mu.Lock()
	s.Resumes = k.machine.Status(s.Name) == lifecycle.Paused && !k.machine.IsFinished(s.Name)
	wanted := k.sweeps.Unsettled(s.Name)
	k.mu.Unlock()
	if o.IsPartial() || len(wanted) == 0 {
		return nil
	}
	for _, t := range s.Expansion.Numbered() {
		if delete(wanted, t.ID); len(wanted) == 0 {
			break
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	s.Dropped = len(wanted)
	return nil
}
