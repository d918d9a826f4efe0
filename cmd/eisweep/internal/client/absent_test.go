package client

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/internal/atomicfile"
	"eisweep/internal/natsconn"
	"eisweep/internal/root"
)

func TestAbsentErrorNamesCauseAndRemedy(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	coordinator := func(host string) root.Holder {
		return root.Holder{Host: host, PID: 4711, Since: time.Unix(1e9, 0), Command: "eisweep coordinator"}
	}
	timeout := natsconn.ErrUnreachable
	for name, test := range map[string]struct {
		err  AbsentError
		code int
		want []string
	}{
		"never started": {AbsentError{}, cli.ExitLost, []string{"no coordinator runs for /r; start one", "eisweep coordinator -p /r"}},
		"ended":         {AbsentError{cause: timeout}, cli.ExitLost, []string{"no coordinator answers for /r (", "start one"}},
		"stopped": {AbsentError{Holder: coordinator(host), cause: timeout, stopped: true}, cli.ExitLost,
			[]string{"its process is stopped by SIGSTOP: `eisweep coordinator` (process 4711 on " + host, "`kill -CONT 4711`"}},
		"hangs here": {AbsentError{Holder: coordinator(host), cause: timeout}, cli.ExitLost, []string{"see its log", "`kill -KILL 4711`"}},
		"hangs elsewhere": {AbsentError{Holder: coordinator("far"), cause: timeout}, cli.ExitLost,
			[]string{"(process 4711 on far", "check on far whether it hangs", "whether this machine can reach its address"}},
		"another NATS server": {AbsentError{Holder: coordinator("far"), otherNATS: true}, cli.ExitLost, []string{"give the same --nats"}},
		"a run": {AbsentError{Holder: root.Holder{Host: "far", PID: 7, Command: "eisweep run quick"}, cause: timeout}, cli.ExitInUse,
			[]string{"`eisweep run quick` works on /r", "process 7 on far"}},
		"lock unreadable": {AbsentError{LockErr: syscall.EIO}, cli.ExitStorage, []string{"whether a coordinator runs for /r is unknown"}},
		"lock forbidden":  {AbsentError{LockErr: fs.ErrPermission}, cli.ExitLost, []string{"is unknown", "start one"}},
	} {
		test.err.Path, test.err.Flags = "/r", " -p /r"
		text := test.err.Error()
		for _, want := range test.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is missing in %q", name, want, text)
			}
		}
		if code := cli.ExitCode(&test.err); code != test.code {
			t.Errorf("%s: exit code %d, want %d", name, code, test.code)
		}
		if test.err.cause != nil && !errors.Is(&test.err, test.err.cause) {
			t.Errorf("%s: the cause is not wrapped", name)
		}
	}
}

// TestStoppedProcessIsSeen stops a child and continues it.
func TestStoppedProcessIsSeen(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command("cat")
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		in.Close()
		child.Wait()
	}()
	pid := child.Process.Pid
	await := func(option int) {
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(pid, &status, option, nil); err != nil {
			t.Fatal(err)
		}
	}
	holder := root.Holder{Host: host, PID: pid}
	if IsStopped(holder) {
		t.Error("a running process is said to be stopped")
	}
	child.Process.Signal(syscall.SIGSTOP)
	await(syscall.WUNTRACED)
	if !IsStopped(holder) {
		stat, err := atomicfile.Read("/proc/self/stat", 1<<12)
		t.Errorf("a stopped process is not seen as such; /proc/self/stat: %q (%v)", stat, err)
	}
	if IsStopped(root.Holder{Host: "far", PID: pid}) {
		t.Error("a process of another host is looked up here")
	}
	child.Process.Signal(syscall.SIGCONT)
	await(syscall.WCONTINUED)
	if IsStopped(holder) {
		t.Error("a continued process is said to be stopped")
	}
}
