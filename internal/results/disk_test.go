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

// A result that doesn't fit is an error and leaves nothing, by either way; when
// there is room again the same result is written.
func TestWriteOnAFullDisk(t *testing.T) {
	disk := smallDisk(t)
	task := trainingTask()
	r := makeTraining(task)
	path := filepath.Join(disk, "results.h5")
	room := freeBlocks(t, disk)
	for _, limit := range []int{0, imageLimit} {
		filler := fill(t, disk)
		if err := os.Truncate(filler, 1500<<10); err != nil { // room for a part of it
			t.Fatal(err)
		}
		_, err := write(path, task, r, limit)
		if err == nil {
			t.Fatalf("limit %d: a result was written that there is no room for", limit)
		}
		if !strings.Contains(err.Error(), "no space") && !strings.Contains(err.Error(), "No space") {
			t.Errorf("limit %d: error %v doesn't say that the disk is full", limit, err)
		}
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		if entries, err := os.ReadDir(disk); err != nil || len(entries) != 0 {
			t.Errorf("limit %d: %v (%v) was left", limit, entries, err)
		}
		if now := freeBlocks(t, disk); now != room {
			t.Errorf("limit %d: %d blocks of %d are free", limit, now, room)
		}
		receipt, err := write(path, task, r, limit)
		if err != nil {
			t.Fatalf("limit %d, with room: %v", limit, err)
		}
		if digest, err := Digest(path); err != nil || digest != receipt.Digest {
			t.Errorf("limit %d, with room: digest %s (%v), want %s", limit, digest, err, receipt.Digest)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}
