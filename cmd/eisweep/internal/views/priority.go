package views

import (
	"context"
	"fmt"

	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/internal/control"
)

// prioritize gives a sweep another priority, or says what that would change.
func (d *Dashboard) prioritize(ctx context.Context, sweep string, r *api.Prioritize) (*api.Effect, error) {
	row, err := d.hub.row(ctx, sweep)
	if err != nil {
		return nil, err
	}
	e := newEffect(r.Preview)
	e.Changed = row.Priority != r.Priority && row.Status != control.Finished
	e.Status, e.Priority, e.Count = string(row.Status), row.Priority, row.Pending+row.Waiting
	if !r.Preview {
		if err := d.Coordinator.Prioritize(control.Committed(ctx), sweep, r.Priority); err != nil {
			return nil, refuse(err)
		}
		e.Priority = r.Priority
	}
	e.Text = fmt.Sprintf("%s has priority %d instead of %d.", sweep, r.Priority, row.Priority)
	if !e.Changed {
		e.Text = fmt.Sprintf("%s has priority %d: nothing changes.", sweep, row.Priority)
		return e, nil
	}
	before, after := d.hub.ahead(sweep, row.Priority), d.hub.ahead(sweep, r.Priority)
	e.Details = append(e.Details, fmt.Sprintf("Sweeps with a higher priority and tasks to run: %d, before %d. "+
		"Running tasks are not disturbed.", after, before))
	return e, nil
}

// ahead counts the other sweeps whose tasks workers get first if a sweep has a priority.
func (h *hub) ahead(sweep string, priority int) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for name := range h.overview.rows {
		s := h.overview.rows[name]
		if name != sweep && s.Status == control.Open && s.Pending > 0 && s.Priority > priority {
			n++
		}
	}
	return n
}
