package main

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
)

// TestAStoppedCoordinatorIsNamed stops a coordinator's process: a command says soon that it waits, and in the end which process it
// is and what to do.
func TestAStoppedCoordinatorIsNamed(t *testing.T) {
	c := newCluster(t, "")
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	pid := c.coordinator.cmd.Process.Pid
	if err := c.coordinator.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	code, said := finish(t, "workers", "-p", c.root)
	if code != cli.ExitLost {
		t.Errorf("exit code %d", code)
	}
	says(
		t,
		said,
		fmt.Sprintf("the coordinator (process %d on %s) does not answer yet; waiting for it\n", pid, host),
		fmt.Sprintf("(process %d on %s, since ", pid, host),
		"its process is stopped by SIGSTOP",
		fmt.Sprintf("continue it with `kill -CONT %d`", pid),
	)
	code, said = finish(t, "status", "-p", c.root)
	if code != cli.ExitOK {
		t.Errorf("status: exit code %d", code)
	}
	says(t, said, fmt.Sprintf("(process %d on %s, since ", pid, host), fmt.Sprintf("remedy: continue it with `kill -CONT %d`", pid))
	code, said = finish(t, "run", "quick", "-p", c.root)
	if code != cli.ExitInUse {
		t.Errorf("run: exit code %d", code)
	}
	says(t, said, "to run them here, stop it first", fmt.Sprintf("continue it with `kill -CONT %d`", pid))
	if err := c.coordinator.cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	must(t, "workers", "-p", c.root)
	c.end()
}
