package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/root"
)

// A detached coordinator runs in another folder than the shell that starts it.
func TestADetachedCoordinatorFindsCredentials(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	e, _, _ := quiet()
	var s service
	cmd := &cobra.Command{}
	s.flags(cmd, e)
	if err := cmd.ParseFlags([]string{"--nats", "tls://nats:4222", "--creds", "my creds", "--tls-ca=/ca.pem", "--slurm", "max=3"}); err != nil {
		t.Fatal(err)
	}
	s.slurm.options = []string{"--partition=short"}
	want := []string{"coordinator", "-p", r.Path(), "--nats=tls://nats:4222", "--slurm=max=3", "--creds=" + filepath.Join(here, "my creds"), "--tls-ca=/ca.pem", "--", "--partition=short"}
	if got := s.arguments(cmd, r); !slices.Equal(got, want) {
		t.Errorf("it is started with\n%q, want\n%q", got, want)
	}
}

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
