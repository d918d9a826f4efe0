package coordinator

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"eisweep/internal/root"
)

// clearLeftovers removes what earlier sessions left in a queue that is this one's alone. After a crash it removes the orders
// of any queue: that they were claimed may be forgotten.
func (c *Coordinator) clearLeftovers(ctx context.Context) error {
	if !c.config.SoleOwner && !c.previousCrashed() {
		return nil
	}
	if err := c.config.Queue.PurgeTasks(ctx); err != nil {
		return fmt.Errorf("clear queue: %w", err)
	}
	if !c.config.SoleOwner {
		return nil
	}
	if err := c.config.Queue.Register.Purge(ctx); err != nil {
		return fmt.Errorf("clear attempts: %w", err)
	}
	return nil
}

// clearBehind removes what dead attempts left of the session's tasks, once every outcome is dealt with. Results
// of other tasks stay: workers of a coordinator that was stopped for this session wait to hand them over.
func (c *Coordinator) clearBehind() error {
	if !c.config.SoleOwner || c.failure != nil || c.sweeps.IsEmpty() || !c.sweeps.AllComplete() || !c.book.IsEmpty() || len(c.outcomes) > 0 {
		return nil
	}
	dir := c.config.Root.Private("incoming")
	entries, err := os.ReadDir(dir)
	errs := []error{err}
	for _, e := range entries {
		id, _ := root.ParseAttempt(e.Name())
		if _, ok := c.machine.Task(id); ok {
			errs = append(errs, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return errors.Join(errs...)
}
