package archtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestPagesRun does what pages tell their readers, in their order, as a reader with an empty home directory would.
func TestPagesRun(t *testing.T) {
	bin := buildProgram(t)
	for _, page := range []struct {
		name     string
		commands int // at least so many commands of eisweep and Python programs are run
	}{
		{"README.md", 6},
		{"docs/quickstart.md", 8},
		{"docs/cluster.md", 10},
		{"docs/tables.md", 6},
		{"docs/figures.md", 9},
		{"docs/estimates.md", 3},
		{"docs/sharing.md", 13},
		{"docs/python.md", 6},
	} {
		t.Run(page.name, func(t *testing.T) {
			t.Parallel()
			r := &reader{t: t, page: page.name, home: t.TempDir(), bin: bin}
			t.Cleanup(r.stopProcesses)
			for _, b := range blocks(string(read(t, page.name))) {
				r.follow(b)
			}
			if r.commands < page.commands {
				t.Errorf("%d commands and programs were run, want at least %d; did the page's form change?", r.commands, page.commands)
			}
		})
	}
}

// buildProgram builds eisweep, with a stand-in for ssh beside it, and returns their directory.
func buildProgram(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	build := exec.Command("go", "build", "-buildvcs=false", "-o", bin, "./cmd/eisweep")
	build.Dir = top
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, output)
	}
	if err := os.WriteFile(filepath.Join(bin, "ssh"), []byte(localShell), 0o755); err != nil {
		t.Fatal(err)
	}
	return bin
}

// localShell replaces ssh: every host is this one.
const localShell = `#!/bin/sh
while [ "$1" = -o ]; do shift 2; done
shift
exec sh -c "$*"
`

// block is a fenced block of a page. One that cannot be run in a test has a comment before it that says why.
type block struct {
	language, text string
	line           int
	notRun         bool
}

var fence = regexp.MustCompile("(?ms)^(<!-- not run: [^\n]+ -->\n)?```([a-z]+)\n(.*?)^```$")

func blocks(text string) []block {
	var all []block
	for _, m := range fence.FindAllStringSubmatchIndex(text, -1) {
		all = append(all, block{
			language: text[m[4]:m[5]],
			text:     text[m[6]:m[7]],
			line:     1 + strings.Count(text[:m[4]], "\n"),
			notRun:   m[2] >= 0,
		})
	}
	return all
}

// reader follows a page.
type reader struct {
	t               *testing.T
	page, home, bin string
	commands        int
	started         []int // processes that commands left running
}

// follow writes a sweep file under the name in its first line, or runs a block's commands.
func (r *reader) follow(b block) {
	r.t.Helper()
	if b.notRun {
		return
	}
	switch b.language {
	case "toml":
		r.writeSweepFile(b)
	case "sh":
		r.commands += strings.Count("\n"+b.text, "\neisweep ")
		r.run(b, "bash", "-euc", b.text)
	case "python":
		r.commands++
		r.run(b, pythonWith(r.t, "tables", "pandas", "h5py", "tqdm"), "-c", b.text)
	case "console":
		r.compareOutput(b)
	}
}

func (r *reader) writeSweepFile(b block) {
	r.t.Helper()
	name, _, _ := strings.Cut(strings.TrimPrefix(b.text, "# "), "\n")
	if filepath.Ext(name) != ".toml" {
		r.t.Fatalf("%s:%d: the sweep file's first line should be a comment with its name, not %q", r.page, b.line, name)
	}
	if err := os.WriteFile(filepath.Join(r.home, name), []byte(b.text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// startedProcess finds what a command says that it started.
var startedProcess = regexp.MustCompile(`\(process (\d+); log`)

// run runs a block, which must succeed, and returns its output.
func (r *reader) run(b block, command ...string) string {
	r.t.Helper()
	run := exec.Command(command[0], command[1:]...)
	run.Dir, run.Env = r.home, r.environment()
	output, err := run.CombinedOutput()
	for _, m := range startedProcess.FindAllSubmatch(output, -1) {
		if pid, err := strconv.Atoi(string(m[1])); err == nil {
			r.started = append(r.started, pid)
		}
	}
	if err != nil {
		r.t.Fatalf("%s:%d: %v\n%s\n%s", r.page, b.line, err, b.text, output)
	}
	return string(output)
}

var duration = regexp.MustCompile(`in \d+(\.\d+)? (ms|s|min)\b`)

// compareOutput runs the command after the prompt and compares its output with the rest of the block. Lines may come in another order,
// as tasks run at the same time; durations and the reader's home directory differ.
func (r *reader) compareOutput(b block) {
	r.t.Helper()
	command, want, _ := strings.Cut(strings.TrimPrefix(b.text, "$ "), "\n")
	r.commands++
	got := strings.ReplaceAll(r.run(b, "bash", "-euc", command), r.home, "/home/you")
	if g, w := normalized(got), normalized(want); !slices.Equal(g, w) {
		r.t.Errorf("%s:%d: %s prints\n%s\nthe page has\n%s", r.page, b.line, command, strings.Join(g, "\n"), strings.Join(w, "\n"))
	}
}

// slowness is what a command prints only if reading results takes long.
var slowness = regexp.MustCompile(`(?m)^read .* results\n`)

func normalized(output string) []string {
	output = slowness.ReplaceAllString(duration.ReplaceAllString(output, "in 0 s"), "")
	lines := strings.Split(strings.TrimSpace(output), "\n")
	slices.Sort(lines)
	return lines
}

// environment is that of a reader whose home is empty, who has the program and the Python package, and has set nothing for them.
func (r *reader) environment() []string {
	env := slices.DeleteFunc(os.Environ(), func(setting string) bool {
		return strings.HasPrefix(setting, "EISWEEP") || strings.HasPrefix(setting, "XDG_STATE_HOME=")
	})
	packages, err := filepath.Abs(filepath.Join(top, "python"))
	if err != nil {
		r.t.Fatal(err)
	}
	return append(env, "HOME="+r.home, fmt.Sprintf("PATH=%s:%s", r.bin, os.Getenv("PATH")),
		"PYTHONPATH="+packages, "PYTHONDONTWRITEBYTECODE=1")
}

// stopProcesses ends the processes that the page's commands left running, waits for them, and shows the coordinator's log if the
// test failed.
func (r *reader) stopProcesses() {
	for _, pid := range r.started {
		fd, err := unix.PidfdOpen(pid, 0)
		if err != nil {
			continue // it has ended
		}
		unix.Kill(pid, unix.SIGTERM)
		if n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 60_000); n == 0 || err != nil {
			r.t.Errorf("process %d is still running (%v)", pid, err)
		}
		unix.Close(fd)
	}
	logs := filepath.Join(r.home, "experiments", "lab", ".eisweep", "processes", strconv.Itoa(os.Geteuid()), "coordinator.log")
	if text, err := os.ReadFile(logs); err == nil && r.t.Failed() {
		r.t.Logf("%s", text)
	}
}

// pythonWith finds a Python that has the modules, Debian's first. Where there is none the test fails in CI and is skipped, by name,
// elsewhere.
func pythonWith(t *testing.T, modules ...string) string {
	t.Helper()
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(python, "-c", "import "+strings.Join(modules, ", ")).Run() == nil {
			return python
		}
	}
	missing := fmt.Sprintf("needs a Python 3 with %s (make setup-test)", strings.Join(modules, ", "))
	if os.Getenv("CI") == "true" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// TestFirstScreenIsShort wants at most five commands before the front page's first heading after its title.
func TestFirstScreenIsShort(t *testing.T) {
	text := string(read(t, "README.md"))
	first, _, found := strings.Cut(text, "\n## ")
	if !found {
		t.Fatal("README.md has no sections")
	}
	commands := 0
	for _, b := range blocks(first) {
		switch b.language {
		case "sh":
			commands += strings.Count(b.text, "\n")
		case "console":
			commands += strings.Count("\n"+b.text, "\n$ ")
		}
	}
	if commands == 0 || commands > 5 {
		t.Errorf("the first screen has %d commands, want one to five", commands)
	}
	if lines := strings.Count(first, "\n"); lines > 40 {
		t.Errorf("the first screen has %d lines", lines)
	}
}
