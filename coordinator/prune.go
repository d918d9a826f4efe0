package coordinator

import (
	"eisweep/coordinator/prune"
	"eisweep/internal/control"
	"eisweep/sweeps"
)

// Clean removes files of a sweep that nobody needs any more, while this coordinator runs.
func (c *Coordinator) Clean(request control.Clean) (control.Cleaned, error) {
	if err := c.authorizeWrite(); err != nil {
		return control.Cleaned{}, err
	}
	return prune.Sweep(c.catalog, tasks{c}, request)
}

// tasks says which tasks and attempts have ended for this coordinator.
type tasks struct{ *Coordinator }

func (t tasks) IsOver(id sweeps.ID, run int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.isSettled(id, run)
}

func (t tasks) IsSettled(id sweeps.ID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	task, ok := t.machine.Task(id)
	return !ok || task.IsSettled()
}
