package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// mountStore makes a root whose queue has a small disk of its own.
func mountStore(t *testing.T, size string) (root, disk string) {
	t.Helper()
	root = t.TempDir()
	must(t, "run", sweepFile(t, "before", "1", "[1]"), "-p", root)
	disk = mountDisk(t, "size="+size)
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
	exits(t, exitStorage, "store cannot be", "run", many, "-p", root)
	remount(t, disk, "size=100m")
	must(t, "run", sweepFile(t, "few", "1", "[1, 2]"), "-p", root)
}
