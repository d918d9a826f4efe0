package main

import (
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"eisweep/cmd/eisweep/internal/daemon"

	"github.com/nats-io/nats-server/v2/server"
)

// TestNATSComesAfterItsUsers starts coordinators and workers before their NATS server. One of each is stopped while it waits; the
// others become ready when the server starts.
func TestNATSComesAfterItsUsers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	url := "nats://127.0.0.1:" + strconv.Itoa(port)
	start := func(command, root string) *process {
		p := startProgram(t, "eisweep", command, "-p", root, "--nats", url)
		t.Cleanup(func() {
			if t.Failed() {
				t.Log(p.told())
			}
		})
		return p
	}
	root := t.TempDir()
	left := t.TempDir()
	for _, c := range []struct{ command, waits string }{
		{"coordinator", "NATS is unreachable; waiting for it"}, // makes the root, which a worker wants
		{"worker", "no coordinator is reachable; waiting for one"},
	} {
		given := start(c.command, left)
		given.await("that it waits", saying(c.waits))
		given.cmd.Process.Signal(syscall.SIGTERM)
		if code, _ := given.end(); code != 0 || !strings.Contains(given.told(), "stopped before it was ready") {
			t.Errorf("%s, told to end while it waits: exit code %d:\n%s", c.command, code, given.told())
		}
	}
	exits(t, 5, "eisweep coordinator -p "+left+" --nats "+url+"\n", "launch", sweepFile(t, "small", "1", "[1]"), "-p", left, "--nats", url)
	coordinator := start("coordinator", root)
	coordinator.await("that it waits", saying("NATS is unreachable; waiting for it"))
	worker := start("worker", root)
	worker.await("that it waits", saying("no coordinator is reachable; waiting for one"))
	exits(t, 5, "no coordinator answers", "launch", sweepFile(t, "small", "1", "[1]"), "-p", root, "--nats", url)

	s, err := server.NewServer(
		&server.Options{ServerName: "site", Host: "127.0.0.1", Port: port, NoSigs: true, JetStream: true, StoreDir: t.TempDir()},
	)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	defer func() { s.Shutdown(); s.WaitForShutdown() }()
	if !s.ReadyForConnections(deadline) {
		t.Fatal("the server isn't ready")
	}
	coordinator.await("a ready coordinator", saying(daemon.ReadyMessage))
	worker.await("a ready worker", saying("the worker is ready"))

	// A copy of the root has the same streams on the site's NATS server.
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(root)); err != nil {
		t.Fatal(err)
	}
	exits(t, 5, "is not the directory that its coordinator works on", "worker", "-p", copied, "--nats", url)
	exits(t, 6, "is a copy", "coordinator", "-p", copied, "--nats", url)
	for _, p := range []*process{worker, coordinator} {
		p.cmd.Process.Signal(syscall.SIGTERM)
		if code, _ := p.end(); code != 0 {
			t.Errorf("exit code %d:\n%s", code, &p.stderr)
		}
	}
}
