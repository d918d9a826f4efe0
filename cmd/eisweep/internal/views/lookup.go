package views

import (
	"context"
	"slices"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/coordinator"
	"eisweep/coordinator/catalog"
	"eisweep/internal/manifest"
	"eisweep/sweeps"
)

// mostExpanded bounds the tasks that are looked through which neither the coordinator nor a manifest has, over all sweeps.
const mostExpanded = 100_000

// sweepOf looks for the sweep that has a task. Whoever may read may ask for any id, so it opens no table, and does this for one request
// at a time.
func (d *Dashboard) sweepOf(ctx context.Context, id sweeps.ID) (string, error) {
	if t := d.tables.having(id); t != nil {
		return t.sweep, nil
	}
	for _, r := range d.Coordinator.Snapshot().Running {
		if r.ID == id {
			return r.Sweep, nil
		}
	}
	select {
	case d.lookups <- struct{}{}:
		defer func() { <-d.lookups }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	names, err := d.Root.Sweeps()
	if err != nil {
		return "", err
	}
	var others []string // that the coordinator does not work on
	for _, name := range names {
		tasks, isLive := d.Coordinator.Tasks(name, coordinator.SweepTasks{})
		if slices.Contains(tasks.IDs, id) {
			return name, nil
		}
		if !isLive {
			others = append(others, name)
		}
	}
	for _, name := range names {
		if d.isInManifest(ctx, name, id) {
			return name, nil
		}
	}
	return d.expandedSweepOf(ctx, id, others, mostExpanded)
}

// isInManifest reports whether a sweep's manifest has a task, as far as it can be read.
func (d *Dashboard) isInManifest(ctx context.Context, sweep string, id sweeps.ID) bool {
	for line, err := range manifest.ReadBriefs(d.Root.Manifest(sweep), 0) {
		if err != nil || ctx.Err() != nil {
			return false
		}
		if line.ID == id {
			return true
		}
	}
	return false
}

// expandedSweepOf looks for a task that has not run yet among so many tasks of some sweeps.
func (d *Dashboard) expandedSweepOf(ctx context.Context, id sweeps.ID, names []string, most int) (string, error) {
	x, err := catalog.Lazy(d.Root)
	if err != nil {
		return "", err
	}
	prober, err := cli.NewProber()
	if err != nil {
		return "", err
	}
	for _, name := range names {
		tasks, err := x.LatestTasks(ctx, prober, name)
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err != nil {
			continue // another may have it
		}
		for task := range tasks.All() {
			if task.ID == id {
				return name, nil
			}
			if most--; most <= 0 {
				return "", noTask(id)
			}
			if ctx.Err() != nil {
				return "", ctx.Err()
			}
		}
	}
	return "", noTask(id)
}
