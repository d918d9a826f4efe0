package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"eisweep/cmd/eisweep/internal/cli"
)

// ownerRecord reads the record of the owner of an epoch.
func ownerRecord(t *testing.T, root string, epoch int) map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, ".eisweep", "owner", strconv.Itoa(epoch)))
	if err != nil {
		t.Fatal(err)
	}
	var record map[string]any
	if err := json.Unmarshal(text, &record); err != nil {
		t.Fatal(err)
	}
	return record
}

// leaveOwner writes the record of an owner on another host, with a counter.
func leaveOwner(t *testing.T, root string, epoch, counter int) {
	t.Helper()
	text, err := json.Marshal(map[string]any{
		"epoch":   epoch,
		"host":    "far",
		"pid":     77,
		"command": "eisweep coordinator",
		"since":   time.Unix(1e9, 0),
		"boot":    "b",
		"mark":    "m",
		"counter": counter,
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(root, ".eisweep", "owner", strconv.Itoa(epoch))
	if err := errors.Join(os.WriteFile(path+".new", text, 0o600), os.Rename(path+".new", path)); err != nil {
		t.Fatal(err)
	}
}

// TestWhoOwnsARoot has a process on another host own a root, dead and alive.
func TestWhoOwnsARoot(t *testing.T) {
	t.Setenv("EISWEEP_FAILPOINTS", "term=2s")
	program, root := breakable(t), t.TempDir()
	run := func(args ...string) *process { return startProgram(t, program, append(args, "-p", root)...) }
	first := run("run", sweepFile(t, "short", "1", "[1]"))
	if code, _ := first.end(); code != 0 {
		t.Fatal(first.told())
	}
	if r := ownerRecord(t, root, 1); r["released"] != true || r["unfenced"] != false {
		t.Errorf("after a run: %v", r)
	}
	leaveOwner(t, root, 2, 1)
	before, err := os.Stat(filepath.Join(root, "short", "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	second := run("verify")
	if code, _ := second.end(); code != 0 {
		t.Error(second.told())
	}
	says(t, second.stderr.String(), "was not released by `eisweep coordinator` (process 77 on far, since 2001-09-09", "takes over in 3.0 s")
	if r := ownerRecord(t, root, 3); r["released"] != true || r["unfenced"] != false {
		t.Errorf("after a takeover: %v", r)
	}
	if after, err := os.Stat(filepath.Join(root, "short", "manifest.jsonl")); err != nil || os.SameFile(before, after) {
		t.Errorf("the manifest has the inode that the owner before may write to: %v", err)
	}
	leaveOwner(t, root, 4, 1)
	waits := func(event map[string]any) bool { return event["level"] == "WARN" }
	stopped := run("coordinator", "--listen", "127.0.0.1:0")
	stopped.await("word of the owner", waits)
	if err := stopped.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code, _ := stopped.end(); code != 0 {
		t.Errorf("stopped while it waits: exit code %d:\n%s", code, stopped.told())
	}
	third := run("coordinator", "--listen", "127.0.0.1:0")
	third.await("word of the owner", waits)
	leaveOwner(t, root, 4, 2)
	if code, _ := third.end(); code != cli.ExitInUse {
		t.Errorf("exit code %d", code)
	}
	says(t, third.stderr.String(), "process 77 on far, since 2001-09-09")
}

// TestAnOwnerThatStoodStill stops a coordinator until a process on another host owns the root.
func TestAnOwnerThatStoodStill(t *testing.T) {
	c := newCluster(t, "term=2s")
	for _, do := range []func() error{
		func() error { return c.coordinator.cmd.Process.Signal(syscall.SIGSTOP) },
		func() error { leaveOwner(t, c.root, 2, 1); return nil },
		func() error { return c.coordinator.cmd.Process.Signal(syscall.SIGCONT) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	if code, _ := c.coordinator.end(); code != cli.ExitInUse {
		t.Errorf("exit code %d", code)
	}
	says(t, c.coordinator.stderr.String(), "process 77 on far")
}

// TestStorageIsAwayForLong keeps a coordinator from renewing its record. It stops its server, and starts again when it can.
func TestStorageIsAwayForLong(t *testing.T) {
	c := newCluster(t, "term=2s")
	c.work()
	record := filepath.Join(c.root, ".eisweep", "owner", "1")
	if err := errors.Join(os.Rename(record, record+".away"), os.Mkdir(record, 0o700)); err != nil {
		t.Fatal(err)
	}
	c.coordinator.await("the end of its term", saying("the storage of the root does not answer; waiting for it"))
	if err := errors.Join(os.Remove(record), os.Rename(record+".away", record)); err != nil {
		t.Fatal(err)
	}
	c.coordinator.await("a ready coordinator", saying("the coordinator is ready"))
	follow := c.logged(startProgram(t, c.program, "launch", sweepFile(t, "short", "1", "[1]"), "-p", c.root, "--follow"))
	if code, summary := follow.end(); code != 0 || summary["done"] != 1.0 {
		t.Errorf("exit code %d, summary %v", code, summary)
	}
	c.end()
	if r := ownerRecord(t, c.root, 2); r["released"] != true {
		t.Errorf("in the end: %v", r)
	}
}

// TestStorageComesBackWithAnotherOwner has another host own the root when a coordinator's storage is back.
func TestStorageComesBackWithAnotherOwner(t *testing.T) {
	c := newCluster(t, "term=2s")
	record := filepath.Join(c.root, ".eisweep", "owner", "1")
	if err := errors.Join(os.Rename(record, record+".away"), os.Mkdir(record, 0o700)); err != nil {
		t.Fatal(err)
	}
	c.coordinator.await("the end of its term", saying("the storage of the root does not answer; waiting for it"))
	leaveOwner(t, c.root, 2, 1)
	if code, _ := c.coordinator.end(); code != cli.ExitInUse {
		t.Errorf("exit code %d", code)
	}
	says(t, c.coordinator.stderr.String(), "process 77 on far")
}
