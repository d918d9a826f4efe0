package results

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// smallDisk mounts a disk of 2 MiB. It takes root, so elsewhere the test runs
// again in a user namespace of its own, where a user may mount.
func smallDisk(t *testing.T) string {
	t.Helper()
	disk := t.TempDir()
	err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=2m")
	if err == nil {
		t.Cleanup(func() {
			if err := unix.Unmount(disk, unix.MNT_DETACH); err != nil {
				t.Error(err)
			}
		})
		return disk
	}
	if !errors.Is(err, unix.EPERM) {
		t.Fatalf("mount a small disk: %v", err)
	}
	runAsRoot(t)
	return ""
}

// runAsRoot ends this test with the outcome of the same test in a user namespace.
func runAsRoot(t *testing.T) {
	t.Helper()
	if os.Getenv("EISWEEP_TEST_ROOT") != "" {
		t.Fatal("no mount even in a user namespace")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	again := exec.Command("unshare", "--map-root-user", "--mount", self, "-test.run=^"+t.Name()+"$", "-test.v")
	again.Env = append(os.Environ(), "EISWEEP_TEST_ROOT=1")
	out, err := again.CombinedOutput()
	switch {
	case err == nil:
		t.SkipNow() // it passed there
	case os.Getenv("CI") == "true" || strings.Contains(string(out), "--- FAIL"):
		t.Fatalf("%v\n%s", err, out)
	default:
		t.Skipf("not tested: a full disk needs root or user namespaces to mount one (%v)", err)
	}
}

// fill leaves no room on a disk and returns the file that takes it.
func fill(t *testing.T, disk string) string {
	t.Helper()
	path := filepath.Join(disk, "filler")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); ; {
		if _, err := f.Write(block); errors.Is(err, unix.ENOSPC) {
			return path
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func freeBlocks(t *testing.T, disk string) uint64 {
	t.Helper()
	var stat unix.Statfs_t
	if err := unix.Statfs(disk, &stat); err != nil {
		t.Fatal(err)
	}
	return stat.Bfree
}

// A result that doesn't fit, by much or by little, is an error by either way and
// leaves nothing; when there is room the same result is written.
func TestWriteOnAFullDisk(t *testing.T) {
	disk := smallDisk(t)
	task := trainingTask()
	r := makeTraining(task)
	path := filepath.Join(disk, "results.h5")
	room := freeBlocks(t, disk)
	for _, limit := range []int{0, imageLimit} {
		receipt, err := write(t.Context(), path, task, r, limit)
		if err != nil {
			t.Fatalf("limit %d, with room: %v", limit, err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		for free := int64(0); free < receipt.Bytes-4096; free += receipt.Bytes / 8 {
			writeWithout(t, disk, free, func() error { _, err := write(t.Context(), path, task, r, limit); return err })
			if now := freeBlocks(t, disk); now != room {
				t.Errorf("limit %d, %d bytes free: %d blocks of %d are free", limit, free, now, room)
			}
		}
		again, err := write(t.Context(), path, task, r, limit)
		if err != nil || again != receipt {
			t.Errorf("limit %d, with room again: %+v (%v), want %+v", limit, again, err, receipt)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// writeWithout tries to write on a disk with so many bytes free, too few.
func writeWithout(t *testing.T, disk string, free int64, write func() error) {
	t.Helper()
	filler := fill(t, disk)
	stat, err := os.Stat(filler)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filler, stat.Size()-free/4096*4096); err != nil {
		t.Fatal(err)
	}
	err = write()
	if err == nil {
		t.Fatalf("%d bytes free: a result was written that there is no room for", free)
	}
	if !strings.Contains(strings.ToLower(err.Error()), "no space") {
		t.Errorf("%d bytes free: error %v doesn't say that the disk is full", free, err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(disk); err != nil || len(entries) != 0 {
		t.Errorf("%d bytes free: %v (%v) was left", free, entries, err)
	}
}
