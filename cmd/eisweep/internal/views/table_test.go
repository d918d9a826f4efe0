package views

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"eisweep/coordinator"
	"eisweep/coordinator/lifecycle"
	"eisweep/internal/atomicfile"
	"eisweep/internal/manifest"
	"eisweep/internal/quality"
	"eisweep/sweeps"
)

// launched writes a sweep's stored file, and returns its tasks.
func launched(t *testing.T, d *Dashboard, text string) []sweeps.Task {
	t.Helper()
	return launchedAs(t, d, "s", text)
}

// launchedAs does so for a sweep of another name.
func launchedAs(t *testing.T, d *Dashboard, name, text string) []sweeps.Task {
	t.Helper()
	s, err := sweeps.Parse(name+".toml", []byte(strings.Replace(text, `"s"`, strconv.Quote(name), 1)))
	if err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.MkdirAll(d.Root.SweepDir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(filepath.Join(d.Root.SweepDir(name), "sweep.toml"), s.TOML(), 0o644); err != nil {
		t.Fatal(err)
	}
	e, err := s.Expand(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(e.All())
}

const axes = "name = \"s\"\nexperiment = \"APPROXIMATE\"\nseeds = [1, 2]\n" +
	"[axes]\npl.is_plastic = [\"EXC\", \"BOTH\"]\npl.eta_e = [2e-5, 1e-5]\n"

// TestATableFollowsTheManifestAndTheCoordinator: lines that are added, and phases, whichever is later.
func TestATableFollowsTheManifestAndTheCoordinator(t *testing.T) {
	c := new(steered)
	d := newTestDashboard(t, c)
	tasks := launched(t, d, axes)
	w, err := manifest.Open(d.Root.Manifest("s"))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	phases := slices.Repeat([]lifecycle.Phase{lifecycle.Pending}, len(tasks))
	show := func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.tasks = coordinator.SweepTasks{Launch: 1, Phases: slices.Clone(phases)}
		for i := range tasks {
			c.tasks.IDs = append(c.tasks.IDs, tasks[i].ID)
		}
	}
	show()
	first, err := d.tables.tasks(t.Context(), "s", "")
	if err != nil {
		t.Fatal(err)
	}
	if !first.Full || first.Count != 8 || len(first.Parameters) != 2 || first.Parameters[1].Name != "pl.eta_e" {
		t.Fatalf("the table is %+v", first)
	}
	if words, numbers := first.Parameters[0].Values, first.Parameters[1].Values; words[0] != "EXC" || numbers[0] != 1e-5 ||
		numbers[1] != 2e-5 {
		t.Errorf("the values are %v and %v", words, numbers)
	}
	for i, row := range first.Values[1] {
		if v, _ := tasks[i].Varying.Get("pl.eta_e"); v.Any() != first.Parameters[1].Values[row] {
			t.Errorf("row %d has the value %v, want %v", i, first.Parameters[1].Values[row], v)
		}
	}
	phases[3] = lifecycle.Running
	phases[5] = lifecycle.Done
	phases[6] = lifecycle.Failed
	show()
	done := manifest.Line{ID: tasks[5].ID, State: manifest.Done, File: tasks[5].File, Seconds: 2, Host: "node", Attempt: 1,
		Quality: &quality.Quality{Saturated: 0.5}}
	failed := manifest.Line{ID: tasks[6].ID, State: manifest.Failed, Class: "lost", Attempt: 3}
	if err := w.Append(done, failed); err != nil {
		t.Fatal(err)
	}
	then, err := d.tables.tasks(t.Context(), "s", first.Revision)
	if err != nil {
		t.Fatal(err)
	}
	if then.Full || !slices.Equal(then.Rows, []int{3, 5, 6}) || !slices.Equal(then.State, []int{2, 3, 4}) {
		t.Fatalf("the changes are %+v", then)
	}
	if then.ReasonNames[1] != "saturated" || then.Reasons[1] != 2 || then.ClassNames[then.Class[2]] != "lost" ||
		then.HostNames[then.Host[1]] != "node" {
		t.Errorf("the changes are %+v", then)
	}
	// A rerun: the coordinator knows that the failed task is to run again.
	phases[6] = lifecycle.Pending
	show()
	rerun, err := d.tables.tasks(t.Context(), "s", then.Revision)
	if err != nil || !slices.Equal(rerun.Rows, []int{6}) || rerun.State[0] != 1 || rerun.Class[0] != -1 {
		t.Errorf("the rerun changes %+v (%v)", rerun, err)
	}
	// What the coordinator no longer wants is as the manifest has it.
	phases[5], phases[6], phases[7] = lifecycle.Dropped, lifecycle.Dropped, lifecycle.Dropped
	show()
	dropped, err := d.tables.tasks(t.Context(), "s", "")
	if err != nil || !slices.Equal(dropped.State[5:], []int{3, 4, 1}) {
		t.Errorf("dropped tasks are %+v (%v)", dropped, err)
	}
	if all, err := d.tables.tasks(t.Context(), "s", "other-1"); err != nil || !all.Full {
		t.Errorf("after another table's revision: %+v (%v)", all, err)
	}
	if _, err := d.tables.tasks(t.Context(), "../s", ""); err == nil {
		t.Error("a path is a sweep")
	}
}

// TestAnotherLaunchMakesTheTableAnew, with another revision.
func TestAnotherLaunchMakesTheTableAnew(t *testing.T) {
	c := new(steered)
	d := newTestDashboard(t, c)
	launched(t, d, axes)
	first, err := d.tables.tasks(t.Context(), "s", "")
	if err != nil {
		t.Fatal(err)
	}
	launched(t, d, axes[:len(axes)-len(", 1e-5]\n")]+"]\n")
	c.mu.Lock()
	c.tasks.Launch = 2
	c.mu.Unlock()
	again, err := d.tables.tasks(t.Context(), "s", first.Revision)
	if err != nil || !again.Full || again.Count != 4 || first.Count != 8 {
		t.Errorf("%d rows, then %+v (%v)", first.Count, again, err)
	}
}
