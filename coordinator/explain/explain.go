package explain

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"eisweep/coordinator/attempts"
	"eisweep/coordinator/catalog"
	"eisweep/coordinator/faults"
	"eisweep/coordinator/launched"
	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/removal"
	"eisweep/coordinator/workers"
	"eisweep/internal/control"
	"eisweep/internal/queue"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Core is what an explainer needs of the coordinator. Its lock guards everything that the explainer reads.
type Core interface {
	sync.Locker
	Machine() *lifecycle.Machine
	// Reason is why a task failed; "" if nothing is known. It is called with the lock held.
	Reason(sweeps.ID) string
}

// Explainer says why sweeps and tasks are not running.
type Explainer struct {
	Core     Core
	Root     *root.Root
	Queue    *queue.Queue
	Catalog  *catalog.Catalog
	Sweeps   *launched.Table
	Attempts *attempts.Tracker
	Faults   *faults.List
	Workers  *workers.Table
	Prober   catalog.Prober
	// Held is for how long no task is sent yet, because workers may register what they run. It is called with the lock held.
	Held func() time.Duration
	// Archived explains a sweep that this coordinator has neither launched nor resumed.
	Archived func(ctx context.Context, sweep string) (control.Explained, error)
}

// Explain says why a sweep or a task, given by its id or the start of one, is not running. The error is a
// *control.Refusal if there is no such sweep or task, or more than one.
func (x *Explainer) Explain(ctx context.Context, target string) (control.Explained, error) {
	if f := x.Faults.Find(target); f != nil {
		return control.Explained{Target: target, Sweep: target, State: "set aside",
			Reason: "some of its files cannot be read or written (the coordinator keeps trying): " + f.Cause, Remedy: f.Remedy}, nil
	}
	x.Core.Lock()
	isLaunched := x.Sweeps.Status(target) != ""
	x.Core.Unlock()
	if isLaunched {
		return x.sweep(target), nil
	}
	if known, err := x.Root.Sweeps(); err != nil || slices.Contains(known, target) || removal.Note(x.Root, target) != nil {
		return x.Archived(ctx, target)
	}
	id, err := x.identify(ctx, target)
	if err != nil {
		return control.Explained{}, err
	}
	if out, ok := x.unsettled(id); ok {
		return out, nil
	}
	return x.settled(ctx, id)
}

// identify finds the task whose id begins with start.
func (x *Explainer) identify(ctx context.Context, start string) (sweeps.ID, error) {
	if id, err := sweeps.ParseID(start); err == nil && id != (sweeps.ID{}) {
		return id, nil
	}
	found := map[sweeps.ID]bool{}
	if len(start) >= 2 && start[0] == 't' {
		x.Core.Lock()
		for id := range x.Core.Machine().Tasks() {
			if strings.HasPrefix(id.String(), start) {
				found[id] = true
			}
		}
		x.Core.Unlock()
		x.Catalog.Index()
		x.Catalog.WithPrefix(start, found)
		if len(found) == 0 {
			for _, t := range x.inCancelled(ctx, func(id sweeps.ID) bool { return strings.HasPrefix(id.String(), start) }) {
				found[t.ID] = true
			}
		}
	}
	switch len(found) {
	case 0:
		return sweeps.ID{}, &control.Refusal{
			Kind: control.Unknown,
			Text: fmt.Sprintf(
				"under %s there is no sweep %q, and no task whose id (t and 32 hex digits) begins so; "+
					"`eisweep status` lists the sweeps, `eisweep tasks SWEEP` a sweep's tasks",
				x.Root.Path(),
				start,
			),
		}
	case 1:
		for id := range found {
			return id, nil
		}
	}
	return sweeps.ID{}, &control.Refusal{
		Kind: control.Input,
		Text: fmt.Sprintf("%d tasks have ids that begin with %s: give more digits", len(found), start),
	}
}
