package daemon

import (
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/root"
)

// A detached coordinator runs in another directory than the shell that starts it.
func TestADetachedCoordinatorFindsCredentials(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	r, err := root.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	e := cli.NewEnv(strings.NewReader(""), io.Discard, io.Discard, func(string) string { return "" })
	var s Service
	cmd := &cobra.Command{}
	s.AddFlags(cmd, e)
	if err := cmd.ParseFlags(
		[]string{"--nats", "tls://nats:4222", "--creds", "my creds", "--tls-ca=/ca.pem", "--slurm", "max=3"},
	); err != nil {
		t.Fatal(err)
	}
	s.slurm.Options = []string{"--partition=short"}
	want := []string{
		"coordinator",
		"-p",
		r.Path(),
		"--nats=tls://nats:4222",
		"--slurm=max=3",
		"--creds=" + filepath.Join(here, "my creds"),
		"--tls-ca=/ca.pem",
		"--",
		"--partition=short",
	}
	if got := s.arguments(cmd, r); !slices.Equal(got, want) {
		t.Errorf("it is started with\n%q, want\n%q", got, want)
	}
}
