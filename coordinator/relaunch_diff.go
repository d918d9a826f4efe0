package coordinator

import (
	"context"

	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/plan"
)

// diffPrevious adds to a plan what an earlier launch wanted and this one doesn't, and whether it resumes the sweep.
func (l *launcher) diffPrevious(ctx context.Context, s *plan.Sweep, o plan.Request) error {
	l.mu.Lock()
	s.Resumes = l.machine.Status(s.Name) == lifecycle.Paused && !l.machine.IsFinished(s.Name)
	wanted := l.sweeps.Unsettled(s.Name)
	l.mu.Unlock()
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
