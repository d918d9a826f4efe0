package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// place is where processes run: a machine, with the shared directory somewhere and a disk of its own.
type place interface {
	// name is its hostname.
	name() string
	// launch starts a process whose files p names. When it ends, p.over receives its exit code, -1 after a signal.
	launch(t testing.TB, p *process, env, argv []string)
	// shared is the path of the shared directory there.
	shared() string
	// address is the place's address, as others reach it.
	address() string
	// disk is a directory that is the place's alone.
	disk() string
}

// process is one that was started somewhere. Its output is kept, and shown if the test fails.
type process struct {
	t        testing.TB
	name     string
	out, err string // paths of what it writes, as this machine sees them
	code     int    // once ended is closed; -1 if a signal ended it
	pid      string // at its place
	ended    chan struct{}
	kill     func(syscall.Signal)
}

var processes atomic.Int64

// start starts a program at a place. It is killed when the test ends.
func start(t testing.TB, at place, env []string, argv ...string) *process {
	t.Helper()
	dir := t.TempDir()
	p := &process{
		t: t, name: fmt.Sprintf("%d %s %s on %v", processes.Add(1), filepath.Base(argv[0]), strings.Join(argv[1:], " "), at.name()),
		out: filepath.Join(dir, "out"), err: filepath.Join(dir, "err"), ended: make(chan struct{}),
	}
	env = append(
		[]string{"PATH=" + os.Getenv("PATH"), "HOME=" + at.disk(), "XDG_STATE_HOME=" + at.disk(), "XDG_CONFIG_HOME=" + at.disk()},
		env...)
	at.launch(t, p, env, argv)
	t.Cleanup(func() {
		p.signal(syscall.SIGKILL)
		awaitClosed(t, "the end of "+p.name, p.ended)
		if t.Failed() {
			t.Logf("%s: ended with %d\n%s", p.name, p.code, p.tail(60))
		}
	})
	return p
}

// over is called once, when the process has ended.
func (p *process) over(code int) {
	p.code = code
	close(p.ended)
}

// signal sends a signal, if the process is still there.
func (p *process) signal(s syscall.Signal) {
	if p.alive() {
		p.kill(s)
	}
}

func (p *process) alive() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// await waits until the process has written something.
func (p *process) await(text string) {
	p.t.Helper()
	await(p.t, fmt.Sprintf("%q of %s", text, p.name), func() bool {
		if !p.alive() {
			p.t.Fatalf("%s ended with %d before it said %q:\n%s", p.name, p.code, text, p.output())
		}
		return strings.Contains(p.output(), text)
	})
}

// end waits for the process and returns its exit code.
func (p *process) end() int {
	p.t.Helper()
	awaitClosed(p.t, "the end of "+p.name, p.ended)
	return p.code
}

// drop ends the process at once, as a crash would.
func (p *process) drop() {
	p.t.Helper()
	p.signal(syscall.SIGKILL)
	p.end()
}

// stop ends the process as a service manager does, and wants it to go in good order.
func (p *process) stop() {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	if code := p.end(); code != 0 {
		p.t.Errorf("%s: exit code %d after TERM, want 0", p.name, code)
	}
}

// said is what the process wrote so far.
func (p *process) output() string { return contents(p.out) + contents(p.err) }

func (p *process) tail(lines int) string {
	all := linesOf(p.output())
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// contents is the content of a file, empty if it does not exist.
func contents(path string) string {
	text, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return err.Error()
	}
	return string(text)
}
