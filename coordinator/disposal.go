package coordinator

import (
	"context"
	"errors"
	"fmt"

	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/prune"
	"eisweep/coordinator/removal"
	"eisweep/internal/control"
	"eisweep/internal/events"
	"eisweep/sweeps"
)

// disposal takes sweeps, or their names, out of the root and out of the coordinator's memory.
type disposal struct{ *Coordinator }

// remove removes sweeps from the root, or finds out what that would do. A sweep with tasks left, or whose networks another one needs
// now, is refused.
func (c disposal) remove(ctx context.Context, request control.Remove) (control.Removed, error) {
	defer c.saveEvents(ctx)
	c.launcher.Lock() // no launch takes results from the sweeps meanwhile
	defer c.launcher.Unlock()
	out := control.Removed{Sweeps: []control.RemovedSweep{}}
	for _, name := range request.Sweeps {
		s, err := c.removable(name)
		if err == nil && !request.Dry {
			err = control.Unwanted(ctx)
		}
		if err == nil && !request.Dry {
			err = c.removeOne(ctx, name, request.Archived)
		}
		if err != nil {
			return out, err
		}
		out.Sweeps = append(out.Sweeps, s)
	}
	return out, nil
}

// removable examines a sweep. What this coordinator knows of sweeps' states counts.
func (c disposal) removable(name string) (control.RemovedSweep, error) {
	s, err := removal.Examine(c.config.Root, name)
	if err != nil {
		return s, err
	}
	s.Hooks = c.hooks.Undelivered(name)
	c.mu.Lock()
	defer c.mu.Unlock()
	know := func(sweep string, status *control.Status) {
		if is := c.sweeps.Status(sweep); is != "" {
			*status = is
		}
	}
	know(name, &s.Status)
	for i := range s.Dependents {
		know(s.Dependents[i].Name, &s.Dependents[i].Status)
	}
	if n := c.machine.Counts(name); n.Running+n.Placing > 0 {
		return s, &control.Refusal{Kind: control.Input,
			Text: fmt.Sprintf("sweep %s still has %s running: wait until they end", name, control.Count(n.Running+n.Placing, "task"))}
	}
	if c.faults.Has(name) && s.Status != control.Cancelled {
		return s, &control.Refusal{Kind: control.Input, Text: fmt.Sprintf("sweep %s is set aside: `eisweep cancel %s` first", name, name)}
	}
	return s, removal.Refuse(&s, false)
}

// rename gives a sweep another name, or finds out what that would do. It is refused as remove is.
func (c disposal) rename(ctx context.Context, request control.Rename) (control.RemovedSweep, error) {
	defer c.saveEvents(ctx)
	c.launcher.Lock()
	defer c.launcher.Unlock()
	if err := removal.CheckName(c.config.Root, request.To); err != nil {
		return control.RemovedSweep{}, err
	}
	s, err := c.removable(request.Sweep)
	if err != nil || request.Dry {
		return s, err
	}
	if err := control.Unwanted(ctx); err != nil {
		return s, err
	}
	err = c.forget(request.Sweep, nil)
	if err == nil {
		err = removal.Rename(c.config.Root, request.Sweep, request.To, c.authorizeWrite)
	}
	if err == nil {
		e := requested(ctx, events.SweepRenamed, request.Sweep)
		e.Why = request.To
		c.recordLocked(e)
	}
	return s, errors.Join(err, c.catalog.Refresh())
}

// removeOne removes one sweep, and forgets it.
func (c disposal) removeOne(ctx context.Context, name string, note *control.Archived) error {
	err := c.forget(name, note)
	if err == nil {
		err = removal.Remove(c.config.Root, name, note, c.authorizeWrite)
	}
	if err == nil {
		e := requested(ctx, events.SweepRemoved, name)
		if note != nil {
			e.Why = "archived to " + note.File
		}
		c.recordLocked(e)
	}
	return errors.Join(err, c.catalog.Refresh())
}

// forget forgets a sweep, unless it has changed since it was archived, or other sweeps need it.
func (c disposal) forget(name string, note *control.Archived) error {
	checkAgain, err := removal.CheckUnchanged(c.config.Root, name, note) // without the lock: manifests can be large
	if err == nil {
		err = c.authorizeWrite()
	}
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.flush()
	err = errors.Join(c.failure, c.ledger.Close(name), checkAgain())
	if err == nil && c.sweeps.Get(name) != nil {
		if c.step(lifecycle.SweepForgotten{Sweep: name}); c.machine.Status(name) == "" {
			c.sweeps.Remove(name)
		} else {
			err = &control.Refusal{Kind: control.Input,
				Text: "sweep " + name + " has tasks that other sweeps wait for: try again when they are done"}
		}
	}
	c.mu.Unlock()
	if err == nil {
		c.diagnoser.Forget(name)
		err = c.hooks.Forget(name)
	}
	return err
}

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
