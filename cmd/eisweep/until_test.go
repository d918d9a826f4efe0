package main

import (
	"maps"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// spreading has three points: the measure is the same for all seeds of the first, and differs more between those of the others.
const spreading = `
name = "tuned"
experiment = "APPROXIMATE"
[parameters]
ng.exc.n_per_axis = 2
inp.n_stimuli = 4
numint.n_trials = 3
[axes]
pl.is_plastic = ["NEITHER", "EXC", "BOTH"]
[until]
measure = "wie_change"
half_width = 0.055
min_seeds = 3
max_seeds = 12
`

// spreadingTasks are 3, 5 and 12 seeds of the points.
const spreadingTasks = 20

func spreadingFile(t *testing.T) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "tuned.toml")
	if err := os.WriteFile(file, []byte(spreading), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestUntilStopsAtTheSameSeeds runs a sweep with [until] with one worker, with eight, and killed several times.
func TestUntilStopsAtTheSameSeeds(t *testing.T) {
	file, one := spreadingFile(t), t.TempDir()
	must(t, "run", file, "-p", one, "--workers", "1")
	want := digestsOf(t, one, "tuned")
	if len(want) != spreadingTasks {
		t.Fatalf("%d results, want %d", len(want), spreadingTasks)
	}
	eight := t.TempDir()
	must(t, "run", file, "-p", eight, "--workers", "8")
	if got := digestsOf(t, eight, "tuned"); !maps.Equal(got, want) {
		t.Errorf("with 8 workers: %v, want %v", got, want)
	}
	killed, program, hold := t.TempDir(), breakable(t), filepath.Join(t.TempDir(), "hold")
	t.Setenv("EISWEEP_FAILPOINTS", "hold="+hold)
	for _, c := range []struct {
		held    string // the seeds whose tasks do not end before the kill
		results int    // of the others, which are at least so many
	}{{">1", 2}, {">3", 4}, {">5", 3}} {
		if err := os.WriteFile(hold, []byte(c.held), 0o600); err != nil {
			t.Fatal(err)
		}
		p := startProgram(t, program, "run", file, "-p", killed, "--workers", "2")
		for range c.results {
			p.await("a result", named("task"))
		}
		p.cmd.Process.Signal(syscall.SIGKILL)
		p.end()
	}
	if err := os.Remove(hold); err != nil {
		t.Fatal(err)
	}
	p := startProcess(t, "run", file, "-p", killed, "--workers", "2")
	if code, summary := p.end(); code != 0 || summary["done"] != float64(spreadingTasks) {
		t.Errorf("exit code %d, summary %v:\n%s", code, summary, &p.stderr)
	}
	p = startProcess(t, "run", file, "-p", killed)
	if code, summary := p.end(); code != 0 || summary["ran"] != 0.0 || summary["reused"] != float64(spreadingTasks) {
		t.Errorf("once more: exit code %d, summary %v:\n%s", code, summary, &p.stderr)
	}
	if got := digestsOf(t, killed, "tuned"); !maps.Equal(got, want) {
		t.Errorf("killed three times: %v, want %v", got, want)
	}
	must(t, "verify", "-p", killed)
}

// TestUntilSurvivesCoordinatorsAndWorkers kills a worker and the coordinator while they run such a sweep.
func TestUntilSurvivesCoordinatorsAndWorkers(t *testing.T) {
	file, undisturbed, held := spreadingFile(t), t.TempDir(), filepath.Join(t.TempDir(), "hold")
	must(t, "run", file, "-p", undisturbed)
	hold := func(seeds string) {
		if err := os.WriteFile(held, []byte(seeds), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := newCluster(t, "lease=2s hold="+held)
	hold(">1")
	c.work()
	c.work()
	follow := c.logged(startProgram(t, c.program, "launch", file, "-p", c.root, "--follow"))
	follow.await("progress of three tasks", settledAtLeast(3))
	c.dismiss(syscall.SIGKILL)
	c.work()
	hold(">4")
	follow.await("progress of ten tasks", settledAtLeast(10)) // of eleven that are not held back
	c.coordinator.cmd.Process.Signal(syscall.SIGKILL)
	c.coordinator.end()
	c.coordinate()
	hold("")
	if code, summary := follow.end(); code != 0 || summary["done"] != float64(spreadingTasks) {
		t.Errorf("exit code %d, summary %v:\n%s", code, summary, &follow.stderr)
	}
	c.end()
	if got, want := digestsOf(t, c.root, "tuned"), digestsOf(t, undisturbed, "tuned"); !maps.Equal(got, want) {
		t.Errorf("digests %v, want %v", got, want)
	}
}
