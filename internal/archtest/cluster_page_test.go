package archtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// localShell stands for ssh: every host is this one.
const localShell = `#!/bin/sh
while [ "$1" = -o ]; do shift 2; done
shift
exec sh -c "$*"
`

// TestClusterPageRuns does what docs/cluster.md tells its reader, in its order, on one machine that goes by all names.
func TestClusterPageRuns(t *testing.T) {
	home, bin := t.TempDir(), t.TempDir()
	build := exec.Command("go", "build", "-buildvcs=false", "-o", bin, "./cmd/eisweep")
	build.Dir = top
	if told, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, told)
	}
	if err := os.WriteFile(filepath.Join(bin, "ssh"), []byte(localShell), 0o755); err != nil {
		t.Fatal(err)
	}
	var started [][]byte
	t.Cleanup(func() {
		endAll(t, started, filepath.Join(home, "experiments", "lab", ".eisweep", "processes", strconv.Itoa(os.Geteuid()), "coordinator.log"))
	})
	ran := 0
	for _, b := range blocks(string(read(t, "docs/cluster.md"))) {
		switch {
		case b.notRun:
		case b.language == "toml":
			keep(t, home, b)
		case b.language == "sh":
			ran += strings.Count("\n"+b.text, "\neisweep ")
			run := exec.Command("bash", "-euc", b.text)
			run.Dir = home
			run.Env = environment(home, bin)
			told, err := run.CombinedOutput()
			for _, m := range startedProcess.FindAllSubmatch(told, -1) {
				started = append(started, m[1])
			}
			if err != nil {
				t.Fatalf("docs/cluster.md:%d: %v\n%s\n%s", b.line, err, b.text, told)
			}
		}
	}
	if ran < 10 {
		t.Errorf("%d commands of docs/cluster.md were run; did its form change?", ran)
	}
}

// startedProcess finds what a command says that it started.
var startedProcess = regexp.MustCompile(`\(process (\d+); log`)

// endAll ends the processes that the page's commands left running, waits for them, and shows a log if the test failed.
func endAll(t *testing.T, started [][]byte, log string) {
	for _, text := range started {
		pid, err := strconv.Atoi(string(text))
		if err != nil {
			t.Error(err)
			continue
		}
		fd, err := unix.PidfdOpen(pid, 0)
		if err != nil {
			continue // it has ended
		}
		unix.Kill(pid, unix.SIGTERM)
		if n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 60_000); n == 0 || err != nil {
			t.Errorf("process %d goes on (%v)", pid, err)
		}
		unix.Close(fd)
	}
	if text, err := os.ReadFile(log); err == nil && t.Failed() {
		t.Logf("%s", text)
	}
}
