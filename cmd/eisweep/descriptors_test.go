package main

import (
	"os"
	"os/exec"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
)

// descriptors is a program that says which descriptors a process has that it starts. By
// its argument it marks its own as a kernel older than Linux 5.11 has it done.
func descriptors() {
	if os.Args[1] == "each" {
		cli.CloseOnExecEach()
	} else {
		cli.CloseOnExec()
	}
	cmd := exec.Command("sh", "-c", "for fd in 3 7 200; do [ ! -e /proc/self/fd/$fd ] || echo $fd; done")
	cmd.Stdout = os.Stdout
	cmd.Run()
}

func TestWhatAProcessInheritsItDoesNotHandOn(t *testing.T) {
	for _, how := range []string{"range", "each"} {
		out, err := exec.Command("sh", "-c", "exec 3</dev/null 7</dev/null; exec descriptors "+how).Output()
		if err != nil || len(out) > 0 {
			t.Errorf("%s: descriptors %q are handed on (%v)", how, out, err)
		}
	}
}
