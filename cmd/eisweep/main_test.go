package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the test binary serve as `eisweep` for whatever runs a command of
// that name: the scripts, and tests that start real processes. Commands that tests
// run in their own process start it by its own name to probe files.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "probe" {
		main()
	}
	commands := map[string]func(){"eisweep": main, "crash": crash, "corelimit": coreLimit, "descriptors": descriptors}
	if commands[filepath.Base(os.Args[0])] == nil {
		forgetSettings()
		stopIgnoringSignals()
	}
	testscript.Main(tests{m}, commands)
}

// tests are those of the package, in whose end the programs that they built are removed.
type tests struct{ *testing.M }

// Run implements testscript.TestingM.
func (m tests) Run() int {
	var err error
	if programs, err = os.MkdirTemp("", "eisweep-programs-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(programs)
	// Scripts mostly wait for processes, so more of them run at a time than there are cores. An option of go test prevails.
	if err := flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0)+1)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.M.Run()
}

// forgetSettings removes what the shell that runs the tests has set for the program, or has from a job of Slurm's.
func forgetSettings() {
	for _, setting := range os.Environ() {
		name, _, _ := strings.Cut(setting, "=")
		ours := strings.HasPrefix(name, "EISWEEP_") && name != "EISWEEP_ACCEPTANCE"
		if ours || strings.HasPrefix(name, "SLURM_") || strings.HasPrefix(name, "SBATCH_") || name == "XDG_STATE_HOME" {
			os.Unsetenv(name)
		}
	}
}

// stopIgnoringSignals makes the signals that end a program end those that the tests start, even if the
// tests themselves were started so that they ignore them, as by nohup: a signal that a process catches
// has its default action in the programs it starts, one that it ignores is ignored there as well.
func stopIgnoringSignals() {
	var ignored []os.Signal
	for _, s := range []os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM} {
		if signal.Ignored(s) {
			ignored = append(ignored, s)
		}
	}
	if len(ignored) > 0 {
		signal.Notify(make(chan os.Signal, 1), ignored...)
	}
}
