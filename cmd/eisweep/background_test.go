package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// background is a program that a script has started.
type background struct {
	cmd  *exec.Cmd
	said chan string // its lines, until it was ready

	mu    sync.Mutex
	lines []string
	ended chan struct{}
}

// backgrounds are those of a script, by name.
type backgrounds map[string]*background

// startCommand starts a program and returns once a line of it has the text.
func startCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: start NAME TEXT PROGRAM ARGUMENT…")
	}
	b := &background{said: make(chan string, 1000), ended: make(chan struct{})}
	b.cmd = exec.Command(args[2], args[3:]...)
	b.cmd.Dir, b.cmd.Env = ts.MkAbs("."), environmentOf(ts)
	out, in := io.Pipe()
	b.cmd.Stdout, b.cmd.Stderr = in, in
	ts.Check(b.cmd.Start())
	ts.Defer(func() { b.cmd.Process.Kill(); <-b.ended })
	go b.read(out)
	go func() {
		b.cmd.Wait()
		in.Close()
		close(b.ended)
	}()
	ts.Value(backgroundsKey{}).(backgrounds)[args[0]] = b
	b.await(ts, args[1])
}

// backgroundsKey finds the backgrounds of a script.
type backgroundsKey struct{}

func environmentOf(ts *testscript.TestScript) []string {
	var out []string
	for _, name := range []string{"PATH", "HOME", "EISWEEP_ROOT", "EISWEEP_FAILPOINTS", "EISWEEP_KERNELS", "TMPDIR", "GOCOVERDIR",
		"XDG_STATE_HOME"} {
		if value := ts.Getenv(name); value != "" {
			out = append(out, name+"="+value)
		}
	}
	return out
}

func (b *background) read(out io.Reader) {
	defer close(b.said)
	for in := bufio.NewScanner(out); in.Scan(); {
		b.mu.Lock()
		b.lines = append(b.lines, in.Text())
		b.mu.Unlock()
		select {
		case b.said <- in.Text():
		default: // nobody waits for that much
		}
	}
}

func (b *background) text() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Join(b.lines, "\n")
}

func (b *background) await(ts *testscript.TestScript, text string) {
	timeout := time.After(deadline)
	for {
		select {
		case line, ok := <-b.said:
			if !ok {
				ts.Fatalf("it ended before %q:\n%s", text, b.text())
			}
			if strings.Contains(line, text) {
				return
			}
		case <-timeout:
			ts.Fatalf("no %q in %v:\n%s", text, deadline, b.text())
		}
	}
}

func started(ts *testscript.TestScript, name string) *background {
	b := ts.Value(backgroundsKey{}).(backgrounds)[name]
	if b == nil {
		ts.Fatalf("nothing was started as %s", name)
	}
	return b
}

// awaitCommand returns once a later line of a program has the text.
func awaitCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await NAME TEXT")
	}
	started(ts, args[0]).await(ts, args[1])
}

// endCommand sends a signal, or none for -, and wants the exit code; what the
// program said is logged.
func endCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: end NAME TERM|INT|HUP|KILL|- CODE")
	}
	b := started(ts, args[0])
	if signal, ok := map[string]syscall.Signal{"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "HUP": syscall.SIGHUP,
		"KILL": syscall.SIGKILL}[args[1]]; ok {
		b.cmd.Process.Signal(signal)
	}
	select {
	case <-b.ended:
	case <-time.After(deadline):
		ts.Fatalf("it goes on after %v:\n%s", deadline, b.text())
	}
	ts.Logf("%s said:\n%s", args[0], b.text())
	if got := strconv.Itoa(b.cmd.ProcessState.ExitCode()); got != args[2] {
		ts.Fatalf("exit code %s, want %s", got, args[2])
	}
}

// detachedWorker finds, in its log, the process of a worker that was started by ssh.
var detachedWorker = regexp.MustCompile(`worker=\S+-(\d+) `)

// endDetached ends a coordinator and workers that outlive the commands that started
// them, and waits for them.
func endDetached(private string) {
	var found []int
	if text, err := os.ReadFile(filepath.Join(private, "lock")); err == nil {
		var holder struct{ PID int }
		if json.Unmarshal(text, &holder) == nil && holder.PID > 1 {
			found = append(found, holder.PID)
		}
	}
	names, _ := filepath.Glob(filepath.Join(private, "processes", "*", "worker.*.log"))
	for _, name := range names {
		text, _ := os.ReadFile(name)
		if m := detachedWorker.FindSubmatch(text); m != nil {
			pid, _ := strconv.Atoi(string(m[1]))
			found = append(found, pid)
		}
	}
	for _, pid := range found {
		if fd, err := unix.PidfdOpen(pid, 0); err == nil {
			unix.Kill(pid, unix.SIGTERM)
			unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(deadline.Milliseconds()))
			unix.Close(fd)
		}
	}
}
