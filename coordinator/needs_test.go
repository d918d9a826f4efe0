package coordinator

import (
	"testing"

	"eisweep/coordinator/lifecycle"
	"eisweep/sim"
)

// TestNeedsAreOfOpenSweepsAndFit launches tasks of two sizes without a worker, pauses the sweep, and settles some.
func TestNeedsAreOfOpenSweepsAndFit(t *testing.T) {
	g := newRig(t)
	k := g.start()
	s := parse(t, "name = \"sizes\"\nexperiment = \"APPROXIMATE\"\nseeds = [1, 2, 3]\n[axes]\nng.exc.n_per_axis = [3, 10]\n")
	planned, err := k.Launch(g.context(), order1(s))
	if err != nil {
		t.Fatal(err)
	}
	var small int64
	for task := range planned.Sweeps[0].Expansion.All() {
		if bytes := sim.Memory(task.Experiment, task.Parameters); small == 0 || bytes < small {
			small = bytes
		}
	}
	needs := func(when string, all, fit, none int) {
		t.Helper()
		if a, f, n := k.Needs(0), k.Needs(small), k.Needs(small-1); a != all || f != fit || n != none {
			t.Errorf("%s: %d tasks need a worker, %d a small one, %d one that is too small; want %d, %d, %d", when, a, f, n, all, fit, none)
		}
	}
	needs("launched", 6, 3, 0)
	if _, err := k.Pause(g.context(), []string{"sizes"}); err != nil {
		t.Fatal(err)
	}
	needs("paused", 0, 0, 0)
	if _, err := k.Resume(g.context(), []string{"sizes"}); err != nil {
		t.Fatal(err)
	}
	needs("resumed", 6, 3, 0)
	k.mu.Lock()
	for task := range planned.Sweeps[0].Expansion.All() {
		if task.Seed == 1 {
			k.step(lifecycle.OutcomeCommitted{ID: task.ID, Run: 1, Class: "numeric"})
		}
	}
	k.mu.Unlock()
	needs("two failed", 4, 2, 0)
	other := parse(t, "name = \"other\"\nexperiment = \"APPROXIMATE\"\nseeds = [3, 4]\n[parameters]\nng.exc.n_per_axis = 3\n")
	if _, err := k.Launch(g.context(), order1(other)); err != nil {
		t.Fatal(err)
	}
	needs("another launched that shares a task", 5, 3, 0)
}
