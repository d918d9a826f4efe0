package coordinator

import (
	"eisweep/coordinator/prune"
	"eisweep/internal/control"
	"eisweep/sweeps"
)

// Clean removes files of a sweep that nobody needs any more, while this coordinator runs.
func (k *Coordinator) Clean(request control.Clean) (control.Cleaned, error) {
	if err := k.authorizeWrite(); err != nil {
		return control.Cleaned{}, err
	}
	return prune.Sweep(k.catalog, tasks{k}, request)
}

// tasks says which tasks and attempts have ended for this coordinator.
type tasks struct{ *Coordinator }

func (k tasks) IsOver(id sweeps.ID, run int) bool { return k.isSettled(id, run) }

func (k tasks) IsSettled(id sweeps.ID) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, ok := k.machine.Task(id)
	return !ok || t.IsSettled()
}
