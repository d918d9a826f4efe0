package main

import (
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/manifest"
)

// breakable is the program built with failpoints, once for all tests. They also let a worker's silence be noticed after seconds.
func breakable(t *testing.T) string {
	t.Helper()
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// programs holds the programs that tests build, until they have run.
var programs string

var built = sync.OnceValues(func() (string, error) {
	program := filepath.Join(programs, "eisweep")
	if said, err := exec.Command("go", "build", "-buildvcs=false", "-tags", "failpoints", "-o", program, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build with failpoints: %w\n%s", err, said)
	}
	return program, nil
})

// cluster is a coordinator and workers on one root.
type cluster struct {
	t             *testing.T
	program, root string
	coordinator   *process
	workers       []*process
	all           []*process
}

// logged notes a process whose words are of interest where the test fails.
func (c *cluster) logged(p *process) *process {
	c.all = append(c.all, p)
	return p
}

func newCluster(t *testing.T, failpoints string) *cluster {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	t.Setenv("EISWEEP_FAILPOINTS", failpoints)
	c := &cluster{t: t, program: breakable(t), root: t.TempDir()}
	t.Cleanup(func() {
		for _, p := range c.all {
			if t.Failed() {
				t.Log(p.told())
			}
		}
	})
	c.coordinate()
	return c
}

// saying matches a line of a service's log with this text.
func saying(text string) func(map[string]any) bool {
	return func(event map[string]any) bool { return event["msg"] == text }
}

// coordinate starts a coordinator.
func (c *cluster) coordinate() {
	c.t.Helper()
	c.coordinator = c.logged(startProgram(c.t, c.program, "coordinator", "-p", c.root, "--listen", "127.0.0.1:0"))
	c.coordinator.await("a ready coordinator", saying("the coordinator is ready"))
}

// work starts a worker.
func (c *cluster) work() {
	c.t.Helper()
	w := c.logged(startProgram(c.t, c.program, "worker", "-p", c.root, "--slots", "1", "--checkpoint", "1s"))
	w.await("a ready worker", saying("the worker is ready"))
	c.workers = append(c.workers, w)
}

// dismiss ends the oldest worker.
func (c *cluster) dismiss(signal syscall.Signal) {
	c.t.Helper()
	w := c.workers[0]
	c.workers = c.workers[1:]
	w.cmd.Process.Signal(signal)
	if code, _ := w.end(); signal == syscall.SIGTERM && code != 0 {
		c.t.Errorf("a worker that was told to end has exit code %d:\n%s", code, &w.stderr)
	}
}

// end stops everything in order.
func (c *cluster) end() {
	c.t.Helper()
	for len(c.workers) > 0 {
		c.dismiss(syscall.SIGTERM)
	}
	c.coordinator.cmd.Process.Signal(syscall.SIGTERM)
	if code, _ := c.coordinator.end(); code != 0 {
		c.t.Errorf("the coordinator has exit code %d:\n%s", code, &c.coordinator.stderr)
	}
}

// settledAtLeast matches a progress event with at least so many settled tasks.
func settledAtLeast(n int) func(map[string]any) bool {
	return func(event map[string]any) bool {
		settled := 0.0
		told, _ := event["sweeps"].([]any)
		for _, s := range told {
			sweep := s.(map[string]any)
			settled += sweep["done"].(float64) + sweep["failed"].(float64)
		}
		return int(settled) >= n
	}
}

// TestWorkersAndCoordinatorsComeAndGo kills workers and stops coordinators while a
// sweep runs: every task is done once, with the same result as in one process.
func TestWorkersAndCoordinatorsComeAndGo(t *testing.T) {
	const tasks = 36
	file := sweepFile(t, "short", "20", fmt.Sprintf("{ first = 1, count = %d }", tasks))
	undisturbed := t.TempDir()
	must(t, "run", file, "-p", undisturbed)
	want := digestsOf(t, undisturbed, "short")
	if len(want) != tasks {
		t.Fatalf("%d results, want %d", len(want), tasks)
	}
	c := newCluster(t, "lease=2s slow=1s")
	for range 3 {
		c.work()
	}
	follow := c.logged(startProgram(t, c.program, "launch", file, "-p", c.root, "--follow"))
	for i := 1; i <= 10; i++ {
		follow.await("progress", settledAtLeast(2*i))
		c.dismiss([]syscall.Signal{syscall.SIGKILL, syscall.SIGTERM}[i%2])
		if i == 3 || i == 7 {
			c.coordinator.cmd.Process.Signal([]syscall.Signal{syscall.SIGKILL, syscall.SIGTERM}[i/7])
			c.coordinator.end()
			c.coordinate()
		}
		c.work()
	}
	if code, summary := follow.end(); code != 0 || summary["done"] != float64(tasks) {
		t.Errorf("exit code %d, summary %v:\n%s", code, summary, &follow.stderr)
	}
	c.end()
	if got := digestsOf(t, c.root, "short"); !maps.Equal(got, want) {
		t.Errorf("digests %v, want %v", got, want)
	}
	lines := 0
	for line, err := range manifest.Read(filepath.Join(c.root, "short", "manifest.jsonl")) {
		if err != nil || line.State != manifest.Done {
			t.Errorf("line %+v, %v", line, err)
		}
		lines++
	}
	if lines != tasks {
		t.Errorf("%d lines in the manifest, want one for each of %d tasks", lines, tasks)
	}
	must(t, "verify", "-p", c.root)
}

// TestFailedSeeds has three seeds fail, each in its way, and runs them again.
func TestFailedSeeds(t *testing.T) {
	file := sweepFile(t, "seeds", "2", "{ first = 1, count = 13 }")
	c := newCluster(t, "numeric:seed=3 storage:seed=7 kill:seed=12 lease=2s")
	follow := startProgram(t, c.program, "launch", file, "-p", c.root, "--follow")
	code, summary := c.keepWorking(follow)
	if want := map[string]any{
		"numeric": 1.0,
		"storage": 1.0,
		"lost":    1.0,
	}; code != cli.ExitStorage ||
		!maps.Equal(summary["by_class"].(map[string]any), want) {
		t.Errorf("exit code %d, summary %v:\n%s", code, summary, &follow.stderr)
	}
	says(t, must(t, "status", "seeds", "-p", c.root), "10 of 13 done, 3 failed", "1-2,4-6,8-11,13", "3,7,12",
		"failed (numeric): 1 task\n  seed 3  t", "failpoint: r of seed 3", "failed (storage): 1 task\n  seed 7  t", "no space left",
		"failed (lost): 1 task\n  seed 12  t", "again:  eisweep rerun seeds -p "+c.root+" --class numeric --set NAME=VALUE",
		"eisweep rerun seeds -p "+c.root+" --class lost\n")
	for options, chosen := range map[string]string{
		"--failed": "3 tasks", "--class lost": "1 task ", "--seeds 3,7": "2 tasks", "--failed --where numint.n_trials=2": "3 tasks",
		"--failed --where numint.n_trials=3": "matches",
	} {
		says(t, must(t, append([]string{"rerun", "seeds", "-p", c.root, "--dry-run"}, strings.Fields(options)...)...), chosen)
	}
	follow = startProgram(t, c.program, "rerun", "seeds", "-p", c.root, "--class", "lost", "--follow")
	if code, summary := follow.end(); code != 0 || summary["failed"] != 2.0 {
		t.Errorf("exit code %d, summary %v:\n%s", code, summary, &follow.stderr)
	}
	follow = startProgram(t, c.program, "rerun", "seeds", "-p", c.root, "--failed", "--follow")
	if code, summary := follow.end(); code != 0 || summary["done"] != 13.0 {
		t.Errorf("exit code %d, summary %v:\n%s", code, summary, &follow.stderr)
	}
	says(t, must(t, "status", "seeds", "-p", c.root), "13 of 13 done", "failed earlier, now done: 3 tasks", "seed 7  storage in run 1",
		"done by a later run")
	c.end()
	c.tellStory()
}

// tellStory wants the manifest to have both runs of each seed that failed.
func (c *cluster) tellStory() {
	c.t.Helper()
	story := map[uint32]string{}
	for line, err := range manifest.Read(filepath.Join(c.root, "seeds", "manifest.jsonl")) {
		if err != nil {
			c.t.Fatal(err)
		}
		story[line.Seed] += fmt.Sprintf("%d %s%s ", line.Run, line.State, line.Class)
	}
	for seed, want := range map[uint32]string{1: "1 done ", 3: "1 failednumeric 2 done ", 7: "1 failedstorage 2 done ",
		12: "1 failedlost 2 done "} {
		if story[seed] != want {
			c.t.Errorf("the manifest tells of seed %d: %s, want %s", seed, story[seed], want)
		}
	}
}

// keepWorking keeps two workers at work, whoever is killed, until a launch that is
// followed ends.
func (c *cluster) keepWorking(follow *process) (code int, summary map[string]any) {
	c.t.Helper()
	killed := make(chan *process, 100)
	work := func() {
		c.work()
		w := c.workers[len(c.workers)-1]
		go func() {
			for range w.events {
			}
			killed <- w
		}()
	}
	work()
	work()
	timeout := time.After(deadline)
	for {
		select {
		case event, open := <-follow.events:
			if event["event"] == "summary" {
				summary = event
			}
			if !open {
				code, _ = follow.end()
				return code, summary
			}
		case gone := <-killed:
			gone.cmd.Wait()
			c.workers = slices.DeleteFunc(c.workers, func(w *process) bool { return w == gone })
			work()
		case <-timeout:
			c.t.Fatalf("not settled after %v:\n%s", deadline, &follow.stderr)
		}
	}
}

// says wants all of the texts.
func says(t *testing.T, told string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(told, text) {
			t.Errorf("not told: %q, in\n%s", text, told)
		}
	}
}
