package coordinator

import (
	"context"
	"fmt"

	"eisweep/internal/results"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// SweepStatus is a sweep as its folder tells of it.
type SweepStatus struct {
	Sweep *sweeps.Sweep // of the latest launch
	Tasks []TaskStatus  // of the latest launch, in its order
}

// TaskStatus is one of its tasks.
type TaskStatus struct {
	Task  sweeps.Task
	State State
	Line  *results.Line // the manifest's last line of it; nil when there is none
}

// ReadSweep reads how the sweep of that name stands. It needs no lock and no
// coordinator. The error wraps fs.ErrNotExist when it was never launched.
func ReadSweep(ctx context.Context, r *root.Root, prober Prober, name string) (*SweepStatus, error) {
	s, err := loadSweep(r, name)
	if err != nil {
		return nil, err
	}
	x, err := readIndex(r)
	if err != nil {
		return nil, err
	}
	lib := newLibrary(ctx, r, x, prober, nil)
	lib.copies = readCopies(r)
	e, err := s.Expand(lib)
	if err != nil {
		return nil, fmt.Errorf("expand the latest launch of %s: %w", name, err)
	}
	out := &SweepStatus{Sweep: s}
	for t := range e.All() {
		h := x.tasks[t.ID]
		out.Tasks = append(out.Tasks, TaskStatus{t, state(h, name), h.lastLine(name)})
	}
	return out, nil
}

// lastLine returns the manifest's last line of the task in a sweep, or nil.
func (h *history) lastLine(sweep string) *results.Line {
	if h == nil {
		return nil
	}
	if f := h.lastFailure(sweep); f != nil {
		return &f.line
	}
	for i := len(h.copies) - 1; i >= 0; i-- {
		if h.copies[i].sweep == sweep {
			return &h.copies[i].line
		}
	}
	return nil
}
