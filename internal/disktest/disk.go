// Package disktest gives tests a small disk that they can fill.
//
// Start reading at Mount.
package disktest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Mount mounts a disk of 2 MiB until the test ends and returns its directory. Mounting needs root; without it
// the test runs again in its own user namespace, where a user may mount.
func Mount(t *testing.T) string {
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

// Fill leaves no free block on a disk and returns the path of the file that occupies them.
func Fill(t *testing.T, disk string) string {
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
