package views

import (
	"context"
	"net/http"
	"slices"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/coordinator"
	"eisweep/coordinator/catalog"
	"eisweep/internal/dashboard"
	"eisweep/internal/manifest"
	"eisweep/sweeps"
)

// lookupTime is how long a task is looked for. A million tasks that have not run are looked through in some seconds.
const lookupTime = 30 * time.Second

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
	limited, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	sweep, err := d.lookFor(limited, id)
	if limited.Err() != nil && ctx.Err() == nil {
		return "", &dashboard.Refusal{Code: http.StatusServiceUnavailable, Text: "looking for the task " + id.String() + " takes too long",
			Remedy: "open it from the page of its sweep, or use eisweep explain " + id.String()}
	}
	return sweep, err
}

// lookFor looks for the sweep that has a task, which is not running: among the tasks that the coordinator has, in manifests, and among the
// tasks of the other sweeps, which may not have run yet.
func (d *Dashboard) lookFor(ctx context.Context, id sweeps.ID) (string, error) {
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
	return d.expandedSweepOf(ctx, id, others)
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

// expandedSweepOf looks for a task that has not run yet among the tasks of some sweeps.
func (d *Dashboard) expandedSweepOf(ctx context.Context, id sweeps.ID, names []string) (string, error) {
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
			if ctx.Err() != nil {
				return "", ctx.Err()
			}
		}
	}
	return "", noTask(id)
}
