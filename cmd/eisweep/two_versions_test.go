package main

import (
	"maps"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/lease"
	"eisweep/internal/root"
)

// programOf builds the program, with failpoints, as a version.
func programOf(t *testing.T, version string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "eisweep")
	if told, err := exec.Command("go", "build", "-buildvcs=false", "-tags", "failpoints", "-o", program,
		"-ldflags", "-X eisweep/cmd/eisweep/internal/cli.version="+version, ".").CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", version, err, told)
	}
	return program
}

// TestAnotherModelIsRefused: a worker and a command name both versions, and leave the root alone.
func TestAnotherModelIsRefused(t *testing.T) {
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	lock, err := r.Lock("v9.0.0", "eisweep coordinator")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Unlock()
	l, err := lease.Acquire(t.Context(), lease.Config{Root: r, Lock: lock, Protocol: "format 2, model version 9"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release(t.Context())
	for _, command := range []string{"worker", "workers"} {
		exits(t, cli.ExitLost, "(version v9.0.0: format 2, model version 9; process ", command, "-p", r.Path())
	}
}

// TestTwoVersionsShareARoot while a cluster is upgraded: first a worker, then the coordinator. The worker of the other version is
// reported, nothing is lost, and the results are those of one process of one version.
func TestTwoVersionsShareARoot(t *testing.T) {
	file := sweepFile(t, "mixed", "4", "{ first = 1, count = 16 }")
	undisturbed := t.TempDir()
	must(t, "run", file, "-p", undisturbed)
	want := digestsOf(t, undisturbed, "mixed")
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	t.Setenv("EISWEEP_FAILPOINTS", "pace=20ms")
	one, two := programOf(t, "v1.0.0"), programOf(t, "v2.0.0")
	c := &cluster{t: t, program: one, root: t.TempDir()}
	t.Cleanup(func() {
		for _, p := range c.all {
			if t.Failed() {
				t.Log(p.told())
			}
		}
	})
	c.coordinate()
	c.work()
	c.program = two
	c.work()
	other := func(version string) func(map[string]any) bool {
		return func(e map[string]any) bool {
			why, _ := e["why"].(string)
			return e["msg"] == "a worker joined" && e["version"] == version && strings.Contains(why, "another version")
		}
	}
	c.coordinator.await("a note of a worker of another version", other("v2.0.0"))
	says(t, must(t, "workers", "-p", c.root), "v1.0.0", "v2.0.0")
	exits(t, 1, "v2.0.0", "problems", "-p", c.root)
	follow := c.logged(startProgram(t, one, "launch", file, "-p", c.root, "--follow"))
	follow.await("progress", settledAtLeast(4))
	c.coordinator.cmd.Process.Signal(syscall.SIGTERM)
	c.coordinator.end()
	c.coordinate()
	follow.await("progress", settledAtLeast(8))
	exits(t, 1, "v1.0.0", "problems", "-p", c.root)
	if code, _ := follow.end(); code != 0 {
		t.Errorf("launch --follow has exit code %d:\n%s", code, &follow.stderr)
	}
	c.end()
	if got := digestsOf(t, c.root, "mixed"); !maps.Equal(got, want) {
		t.Errorf("digests %v, want %v", got, want)
	}
	says(t, must(t, "verify", "-p", c.root), "mixed: 16 intact")
	last, err := lastLines(filepath.Join(c.root, "mixed", "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]int{}
	for _, l := range last {
		versions[l.Version]++
	}
	if versions["v1.0.0"] == 0 || versions["v2.0.0"] == 0 || len(last) != 16 {
		t.Errorf("%d tasks were run by %v", len(last), versions)
	}
}
