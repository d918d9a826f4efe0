package coordinator

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"eisweep/internal/root"
)

// clearLeftovers removes what earlier sessions left in a queue that is this one's alone.
func (k *Coordinator) clearLeftovers(ctx context.Context) error {
	if !k.config.Exclusive {
		return nil
	}
	if err := k.config.Queue.PurgeTasks(ctx); err != nil {
		return fmt.Errorf("clear queue: %w", err)
	}
	if err := k.config.Queue.Register.Purge(ctx); err != nil {
		return fmt.Errorf("clear attempts: %w", err)
	}
	return nil
}

// clearBehind removes what dead attempts left of the session's tasks, once every outcome is dealt with. Results
// of other tasks stay: workers of a coordinator that was stopped for this session wait to hand them over.
func (k *Coordinator) clearBehind() error {
	if !k.config.Exclusive || k.failure != nil || k.sweeps.IsEmpty() || !k.sweeps.AllComplete() || !k.book.IsEmpty() || len(k.outcomes) > 0 {
		return nil
	}
	dir := k.config.Root.Private("incoming")
	entries, err := os.ReadDir(dir)
	errs := []error{err}
	for _, e := range entries {
		id, _ := root.ParseAttempt(e.Name())
		if _, ok := k.machine.Task(id); ok {
			errs = append(errs, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return errors.Join(errs...)
}
