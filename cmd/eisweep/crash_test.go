package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"

	"golang.org/x/sys/unix"
)

// crashes are what ends a Go program other than by its own code.
var crashes = map[string]func(){
	"panic":       func() { panic("on purpose") },
	"nil pointer": func() { go func() { var p *int; *p = 1 }(); select {} },
	"stack":       func() { debug.SetMaxStack(1 << 20); os.Exit(deeper(0)) },
	"maps":        writeConcurrently,
	"memory":      exhaustMemory,
	"max threads": func() { debug.SetMaxThreads(20); startThreads() },
	"no thread":   func() { refuseThreads(); startThreads() },
	"at once":     crashAtOnce,
	"QUIT":        func() { signalSelf(syscall.SIGQUIT) },
	"ABRT":        func() { signalSelf(syscall.SIGABRT) },
}

// crash is a program that is set up as eisweep is and crashes as its argument says.
func crash() {
	cli.AbortOnCrash(os.Getenv)
	crashes[os.Args[1]]()
}

//lint:ignore SA5007 the stack is meant to overflow
func deeper(n int) int { return deeper(n+1) + 1 } //nolint:staticcheck // the stack is meant to overflow

func writeConcurrently() {
	m := map[int]int{}
	for range 4 {
		go func() {
			for {
				m[1]++
			}
		}()
	}
	select {}
}

// held keeps memory from the garbage collector.
var held = map[int][]byte{}

func exhaustMemory() {
	limit := unix.Rlimit{Cur: 4 << 30, Max: 4 << 30}
	if err := unix.Setrlimit(unix.RLIMIT_AS, &limit); err != nil {
		os.Exit(1)
	}
	for part := range 1 << 20 {
		held[part] = make([]byte, 256<<20)
	}
}

func startThreads() {
	for range 100 {
		go func() {
			runtime.LockOSThread()
			select {}
		}()
	}
	select {}
}

// refuseThreads has the system refuse threads, which it grants to root in any number.
func refuseThreads() {
	if os.Getuid() == 0 {
		if err := syscall.Setuid(65534); err != nil {
			os.Exit(1)
		}
	}
	if err := unix.Setrlimit(unix.RLIMIT_NPROC, &unix.Rlimit{Cur: 1, Max: 1}); err != nil {
		os.Exit(1)
	}
}

// crashAtOnce has the runtime crash before it comes to any code of the program's, in the
// environment that the units of systemd give.
func crashAtOnce() {
	refuseThreads()
	syscall.Exec("/proc/self/exe", []string{"crash", "panic"}, append(os.Environ(), "GOTRACEBACK=crash"))
}

func signalSelf(s syscall.Signal) {
	syscall.Kill(os.Getpid(), s)
	select {}
}

// coreLimit is a program that is set up as eisweep is and says how large a core file of
// it may be.
func coreLimit() {
	cli.AbortOnCrash(os.Getenv)
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil {
		os.Exit(1)
	}
	fmt.Print(limit.Cur)
}

// TestACoreFileIsLeftOnRequest wants the limit of core files to be what it was only with
// GOTRACEBACK=crash.
func TestACoreFileIsLeftOnRequest(t *testing.T) {
	for asked, want := range map[string]string{"": "0", "all": "0", "crash": "4096"} {
		cmd := exec.Command("sh", "-c", "ulimit -S -c 8 && exec corelimit") // blocks of 512 bytes
		cmd.Env = append(os.Environ(), "GOTRACEBACK="+asked)
		if out, err := cmd.Output(); err != nil || string(out) != want {
			t.Errorf("GOTRACEBACK=%s: the limit is %s (%v), want %s", asked, out, err, want)
		}
	}
}

// TestARunGoesOnAfterACrash has SIGQUIT end a run, which as a crash leaves what was done.
func TestARunGoesOnAfterACrash(t *testing.T) {
	file, root := sweepFile(t, "short", "60", "{ first = 1, count = 6 }"), t.TempDir()
	p := startProcess(t, "run", file, longSweepFile(t, "[1, 2]"), "-p", root) // the second keeps it busy on any machine
	p.await("a result", named("task"))
	p.cmd.Process.Signal(syscall.SIGQUIT)
	p.end()
	if status := p.cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGABRT {
		t.Errorf("%v, want SIGABRT", p.cmd.ProcessState)
	}
	wholeFiles(t, root, "short")
	if code, summary := startProcess(t, "run", file, "-p", root).end(); code != 0 || summary["done"] != 6.0 || summary["reused"] == 0.0 {
		t.Errorf("exit code %d, summary %v", code, summary)
	}
	must(t, "verify", "-p", root)
}

// TestCrashesAreNoBadInput wants each kind of crash to end the program by SIGABRT: Go's
// own exit code is the one for bad input, after which services aren't started again.
func TestCrashesAreNoBadInput(t *testing.T) {
	for name := range crashes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command("sh", "-c", "ulimit -c unlimited; exec crash "+cli.ShellQuote(name))
			cmd.Dir = t.TempDir()
			told, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) {
				t.Fatalf("%v", err)
			}
			status := exit.Sys().(syscall.WaitStatus)
			if !status.Signaled() || status.Signal() != syscall.SIGABRT || status.CoreDump() {
				t.Errorf("%v (core file: %v), want SIGABRT without one:\n%s", exit, status.CoreDump(), told)
			}
			if !strings.Contains(string(told), "goroutine ") && name != "at once" {
				t.Errorf("no goroutine is shown:\n%s", told)
			}
		})
	}
}
