package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const million = `
name = "million"
experiment = "APPROXIMATE"
seeds = { first = 1, count = 1000 }
[axes]
sy.e2e.w_total = { from = 1.0, to = 3.0, count = 50 }
pl.eta_e = { from = 1e-6, to = 1e-4, count = 20, scale = "log" }
`

// TestPlanOfAMillionTasks holds the memory that it may take: 1 GiB. It
// leaves nothing behind.
func TestPlanOfAMillionTasks(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: a million tasks take too long under the race detector")
	}
	dir := t.TempDir()
	file, root := filepath.Join(dir, "million.toml"), filepath.Join(dir, "root")
	if err := os.WriteFile(file, []byte(million), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*deadline)
	defer cancel()
	cmd := exec.CommandContext(ctx, "eisweep", "plan", file, "-p", root)
	told, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(told), "1000000 new: to run") {
		t.Fatalf("%v\n%s", err, told)
	}
	used := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	t.Logf("%v of CPU time, %d MiB", cpu, used.Maxrss>>10)
	if used.Maxrss > 1<<20 {
		t.Errorf("%d MiB, want at most 1024", used.Maxrss>>10)
	}
	if _, err := os.Stat(root); err == nil {
		t.Error("plan made the root")
	}
}
