package queue

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A server is well until its disk is full.
func TestAServerThatCanStoreNoMoreIsBroken(t *testing.T) {
	disk := t.TempDir()
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=2m"); err != nil {
		if os.Getenv("CI") == "true" || !errors.Is(err, unix.EPERM) {
			t.Fatalf("mount a small disk: %v", err)
		}
		t.Skipf("needs to mount a small disk, which only root may: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(disk, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	s := startServer(t, disk)
	q := open(t, s)
	if s.health.isBroken() {
		t.Error(s.health.err)
	}
	full, stop := context.WithCancel(deadline(t))
	defer stop()
	go func() {
		for n := 0; full.Err() == nil; n++ {
			try, cancel := context.WithTimeout(full, time.Second)
			_, _ = q.js.Publish(try, q.subjects.Outcome(testTask("quick", n).ID, 1), make([]byte, 64<<10))
			cancel()
		}
	}()
	select {
	case <-s.Broken():
		if !errors.Is(s.Err(), ErrStore) {
			t.Error(s.Err())
		}
	case <-full.Done():
		t.Error("the disk is full, and the server well")
	}
}
