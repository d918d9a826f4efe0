package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// buildDir is the directory of the programs that were built, removed after the tests; "" before the first.
var buildDir string

// The programs that tests start, each built when it is first asked for.
var (
	plain   = sync.OnceValues(func() (string, error) { return build("eisweep", "eisweep/cmd/eisweep") })
	failing = sync.OnceValues(func() (string, error) {
		return build("eisweep-failpoints", "eisweep/cmd/eisweep", "-tags", "failpoints")
	})
	natsServer = sync.OnceValues(func() (string, error) { // of pure Go, so that a container may hold it
		return build("nats-server", "github.com/nats-io/nats-server/v2", "-tags", "netgo,osusergo")
	})
)

// registers is what guests are started with on processors with large registers.
var registers = sync.OnceValues(func() (string, error) {
	dir, err := shelve()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "xstate.so")
	return path, command("gcc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", path, "testdata/xstate.c")
})

var shelve = sync.OnceValues(func() (dir string, err error) {
	buildDir, err = os.MkdirTemp("", "eisweep-trials-")
	return buildDir, err
})

func build(name, pkg string, flags ...string) (string, error) {
	dir, err := shelve()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	args := append([]string{"build", "-buildvcs=false", "-o", path}, flags...)
	if out, err := exec.Command("go", append(args, pkg)...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", name, err, out)
	}
	return path, nil
}

// built is the path of a program.
func built(t testing.TB, program func() (string, error)) string {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
