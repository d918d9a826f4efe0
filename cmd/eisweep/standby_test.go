package main

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"eisweep/cmd/eisweep/internal/daemon"
)

// standBy starts a coordinator that stands by.
func (c *cluster) standBy() *process {
	c.t.Helper()
	p := c.logged(startProgram(c.t, c.program, "coordinator", "--standby", "-p", c.root, "--listen", "127.0.0.1:0"))
	p.await("a standby", saying(daemon.StandbyMessage))
	return p
}

// TestAStandbyContinues kills a coordinator in the middle of a sweep while another stands by, and stops the next one, which a third
// succeeds: every task is done once. In the end an owner on another host takes the root from a standby, which stands by again.
func TestAStandbyContinues(t *testing.T) {
	const tasks = 12
	file := sweepFile(t, "short", "20", "{ first = 1, count = 12 }")
	undisturbed := t.TempDir()
	must(t, "run", file, "-p", undisturbed)
	want := digestsOf(t, undisturbed, "short")
	c := newCluster(t, "term=2s slow=1s")
	c.work()
	follow := c.logged(startProgram(t, c.program, "launch", file, "-p", c.root, "--follow"))
	for n, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
		next := c.standBy()
		follow.await("progress", settledAtLeast(3*n+2))
		c.coordinator.cmd.Process.Signal(signal)
		c.coordinator.end()
		next.await("a ready coordinator", saying(daemon.ReadyMessage))
		c.coordinator = next
	}
	if code, summary := follow.end(); code != 0 || summary["done"] != float64(tasks) {
		t.Errorf("exit code %d, summary %v:\n%s", code, summary, &follow.stderr)
	}
	if got := digestsOf(t, c.root, "short"); !maps.Equal(got, want) {
		t.Errorf("digests %v, want %v", got, want)
	}
	leaveOwner(t, c.root, 4, 1)
	c.coordinator.await("a standby", saying(daemon.StandbyMessage))
	c.coordinator.await("a ready coordinator", saying(daemon.ReadyMessage))
	c.end()
	if r := ownerRecord(t, c.root, 5); r["released"] != true {
		t.Errorf("in the end: %v", r)
	}
	if left, err := filepath.Glob(filepath.Join(c.root, ".eisweep", "lock*")); err != nil || len(left) != 1 {
		t.Errorf("files of locks: %v, %v", left, err)
	}
	must(t, "verify", "-p", c.root)
}

// TestAStandbyOutlastsItsStorage damages the record of a standby's owner, and makes it unreadable for a while. The standby still
// continues when the owner ends.
func TestAStandbyOutlastsItsStorage(t *testing.T) {
	c := newCluster(t, "term=2s")
	next := c.standBy()
	record := filepath.Join(c.root, ".eisweep", "owner", "1")
	if err := errors.Join(os.Rename(record, record+".away"), os.Mkdir(record, 0o700)); err != nil {
		t.Fatal(err)
	}
	next.await("a standby without storage", saying("the storage of the root does not answer; standing by until it does"))
	c.coordinator.cmd.Process.Signal(syscall.SIGKILL)
	c.coordinator.end()
	if err := errors.Join(os.Remove(record), os.WriteFile(record, []byte("damaged"), 0o600)); err != nil {
		t.Fatal(err)
	}
	third := c.standBy()
	next.cmd.Process.Signal(syscall.SIGTERM)
	if code, _ := next.end(); code != 0 {
		t.Errorf("a standby that was stopped: exit code %d:\n%s", code, next.told())
	}
	third.await("a ready coordinator", saying(daemon.ReadyMessage))
	c.coordinator = third
	c.end()
	if r := ownerRecord(t, c.root, 2); r["released"] != true {
		t.Errorf("in the end: %v", r)
	}
}
