package coordinator

import (
	"context"
	"slices"
	"time"

	"eisweep/coordinator/lifecycle"
	"eisweep/coordinator/plan"
	"eisweep/internal/events"
	"eisweep/sweeps"
)

// grower extends sweeps with [until]: once all tasks of a point are settled, it decides whether the point needs more seeds.
type grower struct {
	*core
	launcher *launcher
	pause    time.Duration // before a sweep is looked at again whose results could not be read

	growing map[string]*growing // by sweep; guarded by the core's lock
}

// growing is a launched sweep whose points may need more seeds.
type growing struct {
	plan   *plan.Sweep
	points map[int][]sweeps.ID // the undecided ones, with their tasks that were not known to be settled when they were last looked at
	after  time.Time           // when it may be looked at again
}

// add takes in a launch whose tasks were submitted. It reports whether points are undecided. It is called with the lock held.
func (g *grower) add(s *plan.Sweep) bool {
	points := s.Undecided()
	if len(points) > 0 {
		g.growing[s.Name] = &growing{plan: s, points: points}
	}
	return len(points) > 0
}

// forget ends the growth of a sweep of which a launch begins. It is called with the lock held.
func (g *grower) forget(sweep string) { delete(g.growing, sweep) }

// undecided is how many points of a sweep may need more seeds. It is called with the lock held.
func (g *grower) undecided(sweep string) int {
	if s := g.growing[sweep]; s != nil && g.machine.IsUndecided(sweep) {
		return len(s.points)
	}
	return 0
}

// work grows sweeps until ctx ends.
func (g *grower) work(ctx context.Context) {
	again := time.NewTicker(g.pause)
	defer again.Stop()
	for {
		g.mu.Lock()
		changed, names := g.changed, g.ready()
		g.mu.Unlock()
		for _, name := range names {
			g.grow(ctx, name)
		}
		select {
		case <-changed:
		case <-again.C:
		case <-ctx.Done():
			return
		}
	}
}

// ready lists the sweeps with points to decide about. It is called with the lock held.
func (g *grower) ready() []string {
	var names []string
	for name, s := range g.growing {
		if g.mayGrow(name) && time.Now().After(s.after) && len(g.settled(s)) > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// mayGrow reports whether tasks may be added to a sweep: it is neither paused, cancelled nor set aside.
func (g *grower) mayGrow(name string) bool {
	return g.failure == nil && g.machine.Status(name) == lifecycle.Open && !g.launcher.faults.Has(name)
}

// settled lists the undecided points of a sweep whose tasks are all settled.
func (g *grower) settled(s *growing) []int {
	var out []int
	for point, ids := range s.points {
		for len(ids) > 0 && g.isSettled(ids[0]) {
			ids = ids[1:]
		}
		if s.points[point] = ids; len(ids) == 0 {
			out = append(out, point)
		}
	}
	slices.Sort(out)
	return out
}

// isSettled reports whether a task does not run again by itself. The machine does not know tasks that were done before.
func (g *grower) isSettled(id sweeps.ID) bool {
	t, ok := g.machine.Task(id)
	return !ok || t.IsSettled()
}

// grow decides about a sweep's points, and submits the tasks of their next seeds.
func (g *grower) grow(ctx context.Context, name string) {
	l := g.launcher
	l.Lock() // no launch changes the sweep meanwhile
	defer l.Unlock()
	defer l.refill()
	g.mu.Lock()
	l.flush() // the decision is by the manifest
	s := g.growing[name]
	if s == nil || !g.mayGrow(name) {
		g.mu.Unlock()
		return
	}
	points := g.settled(s)
	g.mu.Unlock()
	growth, err := g.decide(ctx, s, points)
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case ctx.Err() != nil || !g.mayGrow(name):
	case err != nil:
		s.after = time.Now().Add(g.pause)
		g.log.Warn("cannot decide whether points need more seeds; trying again", "sweep", name, "error", err)
	default:
		g.submit(s, points, growth)
	}
}

// decide decides about points by the plan of a sweep and its manifest.
func (g *grower) decide(ctx context.Context, s *growing, points []int) (*plan.Growth, error) {
	if err := g.launcher.catalog.Refresh(); err != nil {
		return nil, err
	}
	growth, err := s.plan.Grow(ctx, earlier{g.launcher}, points)
	if err == nil {
		err = growth.Unread
	}
	return growth, err
}

// submit submits the added tasks of a sweep, and finishes it if all points are decided. It is called with the lock held.
func (g *grower) submit(s *growing, points []int, growth *plan.Growth) {
	name := s.plan.Name
	for _, point := range points {
		delete(s.points, point)
	}
	for point, ids := range growth.Points {
		s.points[point] = ids
	}
	s.plan.Accept(growth)
	g.step(lifecycle.LaunchExtended{Sweep: name})
	for i := range growth.Items {
		g.launcher.submitOne(name, &growth.Items[i])
	}
	if len(s.points) == 0 {
		delete(g.growing, name)
	}
	if n := len(growth.Items); n > 0 {
		g.record(events.Event{Kind: events.SweepExtended, Sweep: name, Tasks: n, Why: "more seeds"})
	}
	g.launcher.complete(name, len(s.points) > 0)
	g.log.Info("decide about the seeds of points", "sweep", name, "points", len(points), "added", len(growth.Items))
}
