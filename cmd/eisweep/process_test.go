package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/manifest"
	"eisweep/internal/results"
	"eisweep/sweeps"
)

// deadline is how long a test waits for a process before it gives up and shows
// what the process said.
const deadline = 3 * time.Minute

// process is a running `eisweep … --json`.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	events chan map[string]any // of stdout, closed at its end
	stderr transcript

	mu   sync.Mutex
	said []string // the last lines of stdout
}

// transcript is what a process has written so far.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *transcript) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(text)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// keep keeps a line of stdout.
func (p *process) keep(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	const most = 30
	p.said = append(p.said, line)
	p.said = p.said[max(0, len(p.said)-most):]
}

// told is what the process was, and said last.
func (p *process) told() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.cmd.Args, " ") + "\n" + strings.Join(p.said, "\n")
}

func startProcess(t *testing.T, args ...string) *process {
	t.Helper()
	return startProgram(t, "eisweep", args...)
}

// startProgram starts a program that is eisweep, too.
func startProgram(t *testing.T, program string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(program, append(args, "--json")...), events: make(chan map[string]any, 1000)}
	p.cmd.Stderr = &p.stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill() })
	go func() {
		defer close(p.events)
		for in := bufio.NewScanner(stdout); in.Scan(); {
			var event map[string]any
			p.keep(in.Text())
			if json.Unmarshal(in.Bytes(), &event) == nil {
				p.events <- event
			}
		}
	}()
	return p
}

// await returns the first event that fits.
func (p *process) await(what string, fits func(map[string]any) bool) map[string]any {
	p.t.Helper()
	timeout := time.After(deadline)
	for {
		select {
		case event, ok := <-p.events:
			if !ok {
				p.t.Fatalf("the process ended before %s:\n%s", what, &p.stderr)
			}
			if fits(event) {
				return event
			}
		case <-timeout:
			p.t.Fatalf("no %s in %v:\n%s", what, deadline, &p.stderr)
		}
	}
}

func named(name string) func(map[string]any) bool {
	return func(event map[string]any) bool { return event["event"] == name }
}

// working fits a progress event that has a task which is under way.
func working(event map[string]any) bool {
	running, _ := event["running"].([]any)
	for _, r := range running {
		if stimuli, _ := r.(map[string]any)["stimuli"].(float64); stimuli > 0 {
			return true
		}
	}
	return false
}

// end waits for the process and returns its exit code, and the summary if it came
// to one.
func (p *process) end() (code int, summary map[string]any) {
	p.t.Helper()
	timeout := time.After(deadline)
	for open := true; open; {
		var event map[string]any
		select {
		case event, open = <-p.events:
			if event["event"] == "summary" {
				summary = event
			}
		case <-timeout:
			p.cmd.Process.Signal(syscall.SIGQUIT)
			p.cmd.Wait()
			p.t.Fatalf("the process goes on after %v:\n%s", deadline, &p.stderr)
		}
	}
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return p.cmd.ProcessState.ExitCode(), summary
}

// must runs the program to its end and wants it to succeed.
func must(t *testing.T, args ...string) string {
	t.Helper()
	code, told := finish(t, args...)
	if code != 0 {
		t.Fatalf("eisweep %s: exit code %d\n%s", strings.Join(args, " "), code, told)
	}
	return told
}

// exits runs the program to its end and wants an exit code and a text.
func exits(t *testing.T, code int, text string, args ...string) {
	t.Helper()
	if got, told := finish(t, args...); got != code || !strings.Contains(told, text) {
		t.Fatalf("eisweep %s: exit code %d, want %d and %q:\n%s", strings.Join(args, " "), got, code, text, told)
	}
}

// patience is how long a command may take that a test waits for. One that hangs shows where by then.
const patience = 3 * deadline

// finish runs the program to its end and returns its exit code and all that it wrote. A program that
// has not ended after the test's patience is made to write its goroutines, and fails the test with them.
func finish(t *testing.T, args ...string) (code int, told string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "eisweep", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGQUIT) }
	cmd.WaitDelay = time.Minute
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		t.Fatalf("eisweep %s has not ended in %v:\n%s", strings.Join(args, " "), patience, out)
	}
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// sweepFile writes a sweep of small networks that are trained for so many trials.
func sweepFile(t *testing.T, name, trials, seeds string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name+".toml")
	text := "name = \"" + name + "\"\nexperiment = \"APPROXIMATE\"\nseeds = " + seeds +
		"\n[parameters]\nng.exc.n_per_axis = 3\ninp.n_stimuli = 3\nnumint.n_trials = " + trials + "\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// longSweepFile writes a sweep that takes longer than any test waits.
func longSweepFile(t *testing.T, seeds string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "long.toml")
	text := "name = \"long\"\nexperiment = \"APPROXIMATE\"\nseeds = " + seeds + "\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// digestsOf returns the digests of a sweep's results by task.
func digestsOf(t *testing.T, root, sweep string) map[sweeps.ID]string {
	t.Helper()
	last, err := lastLines(filepath.Join(root, sweep, "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[sweeps.ID]string{}
	for id, line := range last {
		if line.State == manifest.Done {
			out[id] = line.Digest
		}
	}
	return out
}

// wholeFiles fails if a result is there that the manifest doesn't vouch for, or
// something lies in incoming/ that no outcome speaks of and isn't a result.
func wholeFiles(t *testing.T, root, sweep string) {
	t.Helper()
	last, err := lastLines(filepath.Join(root, sweep, "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for _, line := range last {
		known[line.File] = line.SHA256
	}
	found, err := filepath.Glob(filepath.Join(root, sweep, "*.h5"))
	if err != nil {
		t.Fatal(err)
	}
	prober, err := cli.NewProber()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		sum, _, err := results.HashFile(path)
		if err != nil || (known[filepath.Base(path)] != "" && known[filepath.Base(path)] != sum) {
			t.Errorf("%s is not what the manifest says (%v)", path, err)
		}
		if _, err := prober.Digest(t.Context(), path); err != nil {
			t.Errorf("%s is not whole: %v", path, err)
		}
	}
}
