package coordinator

import (
	"context"
	"slices"
	"strings"
	"time"

	"eisweep/coordinator/workers"
	"eisweep/internal/control"
	"eisweep/internal/events"
	"eisweep/internal/protocol"
	"eisweep/sweeps"
)

// Workers lists the workers that have reported recently. What they run is the same as in Snapshot.
func (c *Coordinator) Workers() control.Workers {
	running := map[string][]sweeps.ID{}
	c.mu.Lock()
	for a := range c.attempts.Running() {
		running[a.Worker] = append(running[a.Worker], a.ID)
	}
	c.mu.Unlock()
	list := c.workers.Known(time.Now())
	for i := range list {
		tasks := running[list[i].Name]
		slices.SortFunc(tasks, func(a, b sweeps.ID) int { return strings.Compare(a.String(), b.String()) })
		workers.SetTasks(&list[i], tasks)
	}
	return control.Workers{Workers: list}
}

// Drain tells the workers of these names, or on these hosts, to return the tasks that they run, and to end. Silent
// workers are told as well: they may receive it. Soon after the start, it waits until the workers that are not named
// one by one have reported.
func (c *Coordinator) Drain(ctx context.Context, r control.Drain) (control.Drained, error) {
	defer c.saveEvents(ctx)
	out := control.Drained{Workers: []string{}, Unknown: []string{}}
	all := c.workers.Known(time.Now())
	if r.All || slices.ContainsFunc(r.Targets, func(target string) bool { return !isName(target, all) }) {
		select {
		case <-c.workersDiscovered:
		case <-ctx.Done():
			return out, ctx.Err()
		}
		all = c.workers.Known(time.Now())
	}
	targets := r.Targets
	for _, w := range all {
		if r.All && !w.IsAbsent() {
			targets = append(slices.Clip(targets), w.Name)
		}
	}
	for _, target := range targets {
		names := workersAt(target, all)
		if len(names) == 0 {
			out.Unknown = append(out.Unknown, target)
		}
		for _, name := range names {
			if slices.Contains(out.Workers, name) {
				continue
			}
			if err := c.config.Queue.SendCommand(name, protocol.Command{Verb: protocol.Drain}); err != nil {
				return out, err
			}
			e := requested(ctx, events.WorkerDraining, "")
			e.Worker = name
			c.record(e)
			out.Workers = append(out.Workers, name)
		}
	}
	return out, nil
}

// isName reports whether a text is the name of one of the workers.
func isName(target string, all []control.Worker) bool {
	return slices.ContainsFunc(all, func(w control.Worker) bool { return w.Name == target })
}

// workersAt lists the workers of a name, or on a host, that have not ended.
func workersAt(target string, all []control.Worker) (names []string) {
	for _, w := range all {
		if !w.Ended && (w.Name == target || w.Host == target) {
			names = append(names, w.Name)
		}
	}
	return names
}
