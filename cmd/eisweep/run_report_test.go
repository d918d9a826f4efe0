package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/natstest"
)

// counts are the fields of progress that do not change while the same tasks run.
var counts = []string{"tasks", "done", "failed", "running", "silent", "pending", "waiting", "suspect"}

// TestOtherCommandsShowTheNumbersOfARun compares status, tasks, show, explain and watch with what a run shows itself, while two of its
// tasks run, one is done, one waits for its turn and one for its source.
func TestOtherCommandsShowTheNumbersOfARun(t *testing.T) {
	root := t.TempDir()
	must(t, "run", sweepFile(t, "short", "1", "[1]"), "-p", root)
	perturb := filepath.Join(t.TempDir(), "after.toml")
	text := "name = \"after\"\nexperiment = \"PERTURB\"\nsource = \"long\"\n"
	if err := os.WriteFile(perturb, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p := startProcess(t, "run", longSweepFile(t, "[1, 2, 3]"), perturb, "short", "-p", root, "--workers", "2")
	own := p.await("two tasks under way", func(event map[string]any) bool { return working(event) && len(event["running"].([]any)) == 2 })
	before := stimuli(own)

	var seen map[string]map[string]any
	natstest.Until(t, "status shows what the run shows", func() bool {
		seen = objects(t, "sweep", must(t, "status", "-p", root, "--json"))
		return seen["long"]["from"] == "run" && seen["long"]["running"] == 2.0
	})
	for _, s := range own["sweeps"].([]any) {
		of := s.(map[string]any)
		name := of["sweep"].(string)
		for _, field := range counts {
			if seen[name][field] != of[field] {
				t.Errorf("%s of %s: status has %v, the run %v", field, name, seen[name][field], of[field])
			}
		}
	}
	var watched map[string]int
	w := startProcess(t, "watch", "-p", root)
	natstest.Until(t, "watch is as far as the run was", func() bool {
		watched = stimuli(w.await("progress", named("progress")))
		return len(watched) == 2 && isAsFar(watched, before)
	})
	states := map[string]int{}
	var running string
	for id, row := range objects(t, "id", must(t, "tasks", "long", "-p", root, "--json")) {
		states[row["state"].(string)]++
		if row["state"] == "running" {
			running = id
		}
	}
	if states["running"] != 2 || states["pending"] != 1 {
		t.Errorf("tasks has %v", states)
	}
	says(t, must(t, "show", running, "-p", root), "running on ", " steps/s")
	says(t, must(t, "explain", running, "-p", root), "(running): it runs on worker ", "file: long/")
	says(t, must(t, "explain", "long", "-p", root), "2 tasks running, in `eisweep run ")
	says(t, must(t, "explain", "after", "-p", root), "waits for its source, in `eisweep run ")
	for id, row := range objects(t, "id", must(t, "tasks", "long", "-p", root, "--json")) {
		if row["state"] == "pending" {
			says(t, must(t, "explain", id, "-p", root), "it waits for its turn, with 2 tasks running, in `eisweep run ")
		}
	}
	for id := range objects(t, "id", must(t, "tasks", "after", "-p", root, "--json")) {
		says(t, must(t, "explain", id, "-p", root), "(waiting): it waits for its source long/", ", in `eisweep run ")
	}
	says(t, must(t, "problems", "-p", root), "nothing is wrong")
	p.cmd.Process.Signal(syscall.SIGSTOP)
	natstest.Until(t, "problems lists that the run is stopped", func() bool {
		code, out := finish(t, "problems", "-p", root)
		return code == 1 && strings.Contains(out, "CRITICAL: `eisweep run ") && strings.Contains(out, "kill -CONT ")
	})
	for _, target := range []string{running, "long"} {
		natstest.Until(t, "explain says that the run is stopped", func() bool {
			return strings.Contains(must(t, "explain", target, "-p", root), ", which is stopped by SIGSTOP: continue it with `kill -CONT ")
		})
	}
	p.cmd.Process.Signal(syscall.SIGCONT)
	// The run itself is further now than what the others have shown.
	p.await("progress of what watch has shown", func(event map[string]any) bool { return isAsFar(stimuli(event), watched) })
	p.cmd.Process.Signal(syscall.SIGINT)
	if code, _ := p.end(); code != 130 {
		t.Errorf("the run ends with exit code %d, want 130", code)
	}
	if code, _ := w.end(); code != cli.ExitLost || !strings.Contains(w.stderr.String(), "ended before long and after were done") {
		t.Errorf("watch ends with exit code %d:\n%s", code, &w.stderr)
	}
	if left, err := filepath.Glob(filepath.Join(root, ".eisweep", "run.json*")); err != nil || len(left) > 0 {
		t.Errorf("left: %v %v", left, err)
	}
	says(t, must(t, "status", "long", "-p", root, "--json"), `"from":"directory"`)
}

// TestWatchEndsWithTheSummaryOfARun follows a run to its end: tasks and numbers are the run's. A sweep that is not part of the run has
// its own.
func TestWatchEndsWithTheSummaryOfARun(t *testing.T) {
	root, hold := t.TempDir(), filepath.Join(t.TempDir(), "hold")
	must(t, "run", sweepFile(t, "short", "200", "[1]"), sweepFile(t, "other", "1", "[1]"), "-p", root)
	if err := os.WriteFile(hold, []byte(">3"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("EISWEEP_FAILPOINTS", "hold="+hold)
	p := startProgram(t, breakable(t), "run", sweepFile(t, "short", "200", "{ first = 1, count = 4 }"), "-p", root, "--workers", "1")
	p.await("progress", named("progress"))
	w, o := startProcess(t, "watch", "short", "-p", root), startProcess(t, "watch", "other", "-p", root)
	w.await("progress", named("progress"))
	o.await("progress", named("progress"))
	if err := os.Remove(hold); err != nil {
		t.Fatal(err)
	}
	code, own := p.end()
	watched, summary := w.end()
	if code != 0 || watched != 0 || own == nil {
		t.Fatalf("exit codes %d and %d, the run's summary is %v:\n%s", code, watched, own, &w.stderr)
	}
	for _, field := range []string{"sweep", "directory", "tasks", "done", "ran", "reused", "linked", "failed", "suspect"} {
		if summary[field] != own[field] {
			t.Errorf("%s: watch has %v, the run %v", field, summary[field], own[field])
		}
	}
	if code, other := o.end(); code != 0 || other["sweep"] != "other" || other["done"] != 1.0 || other["reused"] != 1.0 {
		t.Errorf("watch of a sweep that the run does not have: exit code %d, summary %v:\n%s", code, other, &o.stderr)
	}
}

// A report that a crashed run left is not shown as that of the run after it.
func TestTheReportOfACrashedRunIsIgnored(t *testing.T) {
	root := t.TempDir()
	p := startProcess(t, "run", longSweepFile(t, "[1]"), "-p", root)
	p.await("a task under way", working)
	path := filepath.Join(root, ".eisweep", "run.json")
	natstest.Until(t, "the run reports", func() bool { _, err := os.Stat(path); return err == nil })
	p.cmd.Process.Kill()
	p.end()
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	says(t, must(t, "status", "-p", root, "--json"), `"from":"directory"`, `"running":0`)
	says(t, must(t, "tasks", "long", "-p", root), " pending")
	exits(t, cli.ExitLost, "no coordinator", "watch", "long", "-p", root)
}

// stimuli are how many stimuli each task has had that a progress event has as running.
func stimuli(event map[string]any) map[string]int {
	out := map[string]int{}
	running, _ := event["running"].([]any)
	for _, r := range running {
		of := r.(map[string]any)
		out[of["id"].(string)] = int(of["stimuli"].(float64))
	}
	return out
}

// isAsFar reports whether each task has had at least as many stimuli as before.
func isAsFar(now, before map[string]int) bool {
	for id, n := range before {
		if now[id] < n {
			return false
		}
	}
	return true
}

// objects are the JSON objects of an output, one per line, by one of their fields. Other lines are notes.
func objects(t *testing.T, key, text string) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	for line := range strings.Lines(text) {
		var object map[string]any
		if !strings.HasPrefix(line, "{") {
			continue
		}
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatal(err)
		}
		out[object[key].(string)] = object
	}
	return out
}
