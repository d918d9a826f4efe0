package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
)

// A shell on another host starts in another directory.
func TestWorkersElsewhereFindCredentials(t *testing.T) {
	bin, here := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "ssh"), []byte("#!/bin/sh\necho @runs 4711\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Chdir(here)
	must(t, "run", sweepFile(t, "mine", "1", "[1]"), "-p", "results")
	e, out, told := quiet()
	command := newCommand(e)
	command.SetArgs(
		[]string{
			"worker",
			"-p",
			"results",
			"--on",
			"node01",
			"--slots",
			"2",
			"--nats",
			"tls://nats:4222",
			"--creds",
			"my creds",
			"--tls-ca",
			"ca.pem",
		},
	)
	if err := command.ExecuteContext(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, told)
	}
	want := " worker -p " + filepath.Join(here, "results") + " --slots=2 --nats tls://nats:4222 --creds '" +
		filepath.Join(here, "my creds") + "' --tls-ca " + filepath.Join(here, "ca.pem") + " (process 4711;"
	if !strings.Contains(out.String(), want) {
		t.Errorf("the host is told\n%s; want\n%s", out, want)
	}
}

// plainLogin replaces ssh to a host whose login shell is no POSIX shell: it greets, and
// runs one word.
const plainLogin = `#!/bin/sh
while [ "$1" = -o ]; do shift 2; done
echo "welcome to $1"
shift
[ $# = 1 ] || exit 127
exec "$1"
`

func TestWorkersElsewhereNeedNoLoginShellOfACertainKind(t *testing.T) {
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "ssh"), []byte(plainLogin), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	log := filepath.Join(t.TempDir(), `it's a "log" of $HOME!`)
	at := func(command string) (startedOn, error) {
		t.Helper()
		return startOn(t.Context(), "there", "nohup sh -c "+cli.ShellQuote(command), log)
	}

	// One that runs on.
	started, err := at(`echo "it's $0 here"; pwd; exec sleep 1000`)
	pid, number := strconv.Atoi(started.pid)
	if err != nil || number != nil || started.ended {
		t.Fatalf("%+v, %v", started, err)
	}
	defer syscall.Kill(pid, syscall.SIGKILL)
	if said, err := os.ReadFile(log); err != nil || string(said) != "it's sh here\n/\n" {
		t.Errorf("it said %q, %v", said, err)
	}

	// One that was done before anybody looked, and one that failed.
	if started, err := at("exit 0"); err != nil || !started.ended {
		t.Errorf("one that ended well: %+v, %v", started, err)
	}
	if started, err := at("echo no such queue; exit 5"); err == nil || !strings.Contains(err.Error(), "not started") ||
		!strings.Contains(err.Error(), "no such queue") {
		t.Errorf("one that failed: %+v, %v", started, err)
	}

	// The log may not be led elsewhere.
	if err := os.Symlink("elsewhere", log+"2"); err != nil {
		t.Fatal(err)
	}
	if _, err := startOn(t.Context(), "there", "nohup true", log+"2"); err == nil || !strings.Contains(err.Error(), "is a link") {
		t.Errorf("a log that is a link: %v", err)
	}
	// And a shell that does nothing is no success.
	if err := os.WriteFile(filepath.Join(bin, "ssh"), []byte("#!/bin/sh\ncat >/dev/null; echo hello\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if started, err := at("exit 0"); err == nil {
		t.Errorf("nothing was started as %+v", started)
	}
}
