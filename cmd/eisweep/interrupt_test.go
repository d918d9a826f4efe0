package main

import (
	"bufio"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/natstest"
)

func TestSignalsEndARunThatGoesOnLater(t *testing.T) {
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, syscall.SIGHUP) // what is handled here, and not ignored, ends processes that start here
	defer signal.Stop(heard)
	for name, test := range map[string]struct {
		signal syscall.Signal
		code   int
	}{"INT": {syscall.SIGINT, 130}, "TERM": {syscall.SIGTERM, 143}, "HUP": {syscall.SIGHUP, 129}} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			p := startProcess(t, "run", longSweepFile(t, "[1, 2, 3]"), "-p", root, "--workers", "2")
			p.await("a task under way", working)
			p.cmd.Process.Signal(test.signal)
			code, summary := p.end()
			if code != test.code {
				t.Errorf("exit code %d, want %d:\n%s", code, test.code, &p.stderr)
			}
			if summary["stopped"] != true || summary["done"] != 0.0 || summary["failed"] != 0.0 {
				t.Errorf("summary %v", summary)
			}
			wholeFiles(t, root, "long")
			must(t, "verify", "-p", root)
		})
	}
}

// TestInterruptedRunsEndInTheSameResults stops a run after its first result, by INT
// and by KILL, and continues it.
func TestInterruptedRunsEndInTheSameResults(t *testing.T) {
	file := sweepFile(t, "short", "60", "{ first = 1, count = 6 }")
	undisturbed := t.TempDir()
	must(t, "run", file, "-p", undisturbed)
	want := digestsOf(t, undisturbed, "short")
	if len(want) != 6 {
		t.Fatalf("%d results, want 6", len(want))
	}
	for name, signal := range map[string]syscall.Signal{"INT": syscall.SIGINT, "KILL": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			p := startProcess(t, "run", file, "-p", root)
			p.await("a result", named("task"))
			p.cmd.Process.Signal(signal)
			p.end()
			wholeFiles(t, root, "short")
			before := len(digestsOf(t, root, "short"))
			p = startProcess(t, "run", file, "-p", root)
			code, summary := p.end()
			if code != 0 || summary["done"] != 6.0 {
				t.Errorf("exit code %d, summary %v:\n%s", code, summary, &p.stderr)
			}
			if reused, _ := summary["reused"].(float64); before == 0 || int(reused) < before {
				t.Errorf("%d results before, summary %v", before, summary)
			}
			if got := digestsOf(t, root, "short"); !maps.Equal(got, want) {
				t.Errorf("digests %v, want %v", got, want)
			}
			must(t, "verify", "-p", root)
			if left, err := filepath.Glob(filepath.Join(root, ".eisweep", "incoming", "*")); err != nil || len(left) > 0 {
				t.Errorf("left in incoming/: %v %v", left, err)
			}
		})
	}
}

func TestASecondRunOnTheSameRootIsRefused(t *testing.T) {
	root := t.TempDir()
	p := startProcess(t, "run", longSweepFile(t, "[1]"), "-p", root)
	p.await("a task under way", working)
	other := sweepFile(t, "other", "1", "[1]")
	exits(t, cli.ExitInUse, "is in use by `eisweep run", "run", other, "-p", root)
	exits(t, cli.ExitInUse, "`eisweep coordinator -p "+root+"`, workers, and `eisweep launch` continue", "worker", "-p", root)
	exits(t, cli.ExitInUse, "wait for it to end", "verify", "-p", root)
	if _, err := os.Stat(filepath.Join(root, "other")); err == nil {
		t.Error("the refused run made a folder")
	}
	// Commands that only read still work.
	must(t, "plan", other, "-p", root)
	must(t, "show", "long", "-p", root)
	natstest.Until(t, "other commands see that the task runs", func() bool {
		return strings.Contains(must(t, "tasks", "long", "-p", root), " running on ")
	})
	says(t, must(t, "tasks", "long", "-p", root, "--state", "running", "--json"), `"state":"running"`)
	says(t, must(t, "status", "-p", root), "long: 0 of 1 done, 1 running")
	says(t, must(t, "status", "long", "-p", root), "running")
	p.cmd.Process.Signal(syscall.SIGINT)
	if code, _ := p.end(); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	if _, err := os.Stat(filepath.Join(root, ".eisweep", "run.json")); !os.IsNotExist(err) {
		t.Errorf("the list of running tasks is left (%v)", err)
	}
	says(t, must(t, "tasks", "long", "-p", root), " pending")
	must(t, "run", other, "-p", root)
}

// TestNohupKeepsHUPAway sends HUP to a run under nohup, and then TERM: that ends it.
func TestNohupKeepsHUPAway(t *testing.T) {
	p := startProgram(t, "nohup", "eisweep", "run", longSweepFile(t, "[1]"), "-p", t.TempDir(), "--workers", "1")
	p.await("a task under way", working)
	p.cmd.Process.Signal(syscall.SIGHUP)
	p.cmd.Process.Signal(syscall.SIGTERM)
	if code, _ := p.end(); code != 143 {
		t.Errorf("exit code %d, want 143:\n%s", code, &p.stderr)
	}
}

// TestServicesOutliveTheirReader has the reader of their output end before they are told
// to end, as Ctrl-C does with `eisweep worker 2>&1 | tee log`.
func TestServicesOutliveTheirReader(t *testing.T) {
	root := t.TempDir()
	coordinator := startUnread(t, "the coordinator is ready", "coordinator", "-p", root, "--listen", "127.0.0.1:0")
	worker := startUnread(t, "the worker is ready", "worker", "-p", root)
	run := startUnread(t, "to run", "run", longSweepFile(t, "[1]"), "-p", t.TempDir(), "--workers", "1")
	for _, p := range []struct {
		cmd  *exec.Cmd
		code int
	}{{worker, 0}, {coordinator, 0}, {run, 130}} {
		p.cmd.Process.Signal(syscall.SIGINT)
		p.cmd.Wait()
		if code := p.cmd.ProcessState.ExitCode(); code != p.code {
			t.Errorf("%v ended with %v, want exit code %d", p.cmd.Args, p.cmd.ProcessState, p.code)
		}
	}
	must(t, "verify", "-p", root)
}

// startUnread starts eisweep and reads what it says until it says a text.
func startUnread(t *testing.T, text string, args ...string) *exec.Cmd {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("eisweep", args...)
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	w.Close()
	r.SetReadDeadline(time.Now().Add(deadline))
	for lines := bufio.NewScanner(r); ; {
		if !lines.Scan() {
			t.Fatalf("%v did not say %q: %v", args, text, lines.Err())
		}
		if strings.Contains(lines.Text(), text) {
			r.Close()
			return cmd
		}
	}
}
