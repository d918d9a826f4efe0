package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
)

// static is the program as `make static` builds it for this processor.
var static = sync.OnceValues(func() (string, error) { return buildStatic("plain") })

// staticFailing is the same of the test build, for containers to hold.
var staticFailing = sync.OnceValues(func() (string, error) { return buildStatic("failing", "failpoints") })

func buildStatic(directory string, tags ...string) (string, error) {
	dir, err := shelve()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, directory, "eisweep-static")
	if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	return path, command("../../tools/release/static", append([]string{runtime.GOARCH, "trial", path}, tags...)...)
}

// TestTheStaticProgramNeedsNothing runs the shipped sweep in a directory that holds the program and nothing else, and wants
// the files that the ordinary build writes.
func TestTheStaticProgramNeedsNothing(t *testing.T) {
	needs(t, namespaceErr)
	jail := t.TempDir()
	if err := os.Link(built(t, static), filepath.Join(jail, "eisweep")); err != nil {
		t.Fatal(err)
	}
	runs(t, "/eisweep", &syscall.SysProcAttr{Chroot: jail}, "/results")
	sameAsOrdinary(t, filepath.Join(jail, "results"))
}

// sameAsOrdinary wants a root to have the quick sweep's files as the ordinary build writes them.
func sameAsOrdinary(t testing.TB, root string) {
	t.Helper()
	ordinary := t.TempDir()
	runs(t, built(t, plain), nil, ordinary)
	want := resultsOf(t, ordinary)
	if len(want) != 4 {
		t.Fatalf("the ordinary build wrote %d files, want 4", len(want))
	}
	got := resultsOf(t, root)
	for name, content := range want {
		if !bytes.Equal(got[name], content) {
			t.Errorf("%s: the static program's file is another: %d bytes, want %d", name, len(got[name]), len(content))
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d files, want %d", len(got), len(want))
	}
}

// resultsOf are the files of the quick sweep under a root, by name.
func resultsOf(t testing.TB, root string) map[string][]byte {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root, "quick", "*.h5"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, path := range found {
		if out[filepath.Base(path)], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// runs runs the quick sweep into a root, with no environment but a home.
func runs(t testing.TB, program string, attr *syscall.SysProcAttr, root string) {
	t.Helper()
	cmd := exec.Command(program, "run", "-p", root, "quick")
	cmd.Env, cmd.SysProcAttr, cmd.Dir = []string{"HOME=/home"}, attr, "/"
	if told, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, told)
	}
}
