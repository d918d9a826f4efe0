package main

import (
	"bytes"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// TestAReaderThatIsGoneIsNoFailureOfOurs has `eisweep … | head` end as other programs do.
func TestAReaderThatIsGoneIsNoFailureOfOurs(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	var told bytes.Buffer
	cmd := exec.Command("eisweep", "params")
	cmd.Stdout, cmd.Stderr = w, &told
	cmd.Run()
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGPIPE || told.Len() > 0 {
		t.Errorf("%v, and %q is said; want SIGPIPE and nothing", cmd.ProcessState, &told)
	}
}
