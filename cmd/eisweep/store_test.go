package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"eisweep/cmd/eisweep/internal/daemon"

	"eisweep/cmd/eisweep/internal/cli"
)

// mountStore makes a root whose queue has a small disk of its own.
func mountStore(t *testing.T, size string) (root, disk string) {
	t.Helper()
	root = t.TempDir()
	must(t, "run", sweepFile(t, "before", "1", "[1]"), "-p", root)
	disk = mountDisk(t, "mode=0700,size="+size)
	store := filepath.Join(root, ".eisweep", "store")
	if err := os.RemoveAll(store); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(store, 0o700); err != nil {
		t.Fatal(err)
	}
	if told, err := exec.Command("mount", "--bind", disk, store).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, told)
	}
	t.Cleanup(func() {
		if told, err := exec.Command("umount", "--lazy", store).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, told)
		}
	})
	return root, disk
}

// TestTheStoreBreaksWhileTasksAreQueued has a disk of the queue that is too small for the tasks
// of a sweep.
func TestTheStoreBreaksWhileTasksAreQueued(t *testing.T) {
	root, disk := mountStore(t, "1m")
	many := sweepFile(t, "many", "1", "{ first = 1, count = 6000 }")
	exits(t, cli.ExitStorage, "store cannot be", "run", many, "-p", root)
	says(t, must(t, "events", "-p", root), "coordinator stopped: process ", "store cannot be written")
	remount(t, disk, "size=100m")
	must(t, "run", sweepFile(t, "few", "1", "[1, 2]"), "-p", root)
}

// TestADamagedQueueIsSetAside damages a consumer's file of the queue between two runs.
func TestADamagedQueueIsSetAside(t *testing.T) {
	root := t.TempDir()
	must(t, "run", sweepFile(t, "small", "1", "[1, 2]"), "-p", root)
	store := filepath.Join(root, ".eisweep", "store", "jetstream")
	metas, err := filepath.Glob(filepath.Join(store, "*", "streams", "*_outcomes", "obs", "*", "meta.inf"))
	if err != nil || len(metas) == 0 {
		t.Fatalf("no consumer of outcomes in %s: %v", store, err)
	}
	for _, path := range metas {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, bytes.Replace(text, []byte("ack_policy"), []byte("ack_pomicy"), 1), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if told := must(t, "run", sweepFile(t, "small", "1", "[1, 2, 3]"), "-p", root); !strings.Contains(told, "set aside") {
		t.Errorf("the damage isn't reported:\n%s", told)
	}
	if told := must(t, "verify", "-p", root); !strings.Contains(told, "small: 3 intact") {
		t.Errorf("verify says:\n%s", told)
	}
}

// TestACoordinatorEndsWithItsStore has more tasks wait for a worker than the disk of the coordinator's queue
// holds: the coordinator ends, with the code of storage.
func TestACoordinatorEndsWithItsStore(t *testing.T) {
	root, disk := mountStore(t, "1m")
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	p := startProcess(t, "coordinator", "--json", "-p", root, "--listen", "127.0.0.1:0")
	p.await("it is ready", saying(daemon.ReadyMessage))
	startProcess(t, "worker", "-p", root)
	many := sweepFile(t, "many", "1", "{ first = 1, count = 6000 }")
	if code, told := finish(t, "launch", many, "-p", root); code != 0 && code != cli.ExitStorage { // by what comes first
		t.Errorf("the launch ends with %d:\n%s", code, told)
	}
	if code, _ := p.end(); code != cli.ExitStorage || !strings.Contains(p.stderr.String(), "store cannot be written") {
		t.Errorf("the coordinator ends with %d:\n%s\n%s", code, p.told(), &p.stderr)
	}
	remount(t, disk, "size=100m")
	must(t, "run", sweepFile(t, "few", "1", "[1, 2]"), "-p", root)
}
