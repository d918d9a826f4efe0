package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// mountDisk mounts a small disk of its own. Where that isn't allowed the test is
// skipped by name, but fails in CI.
func mountDisk(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if told, err := exec.Command("mount", "-t", "tmpfs", "-o", options, "tmpfs", dir).CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("mount a small disk: %v: %s", err, told)
		}
		t.Skipf("needs to mount a small disk, which only root may: %v: %s", err, told)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

func remount(t *testing.T, dir, options string) {
	t.Helper()
	if told, err := exec.Command("mount", "-o", "remount,"+options, dir).CombinedOutput(); err != nil {
		t.Fatalf("remount %s: %v: %s", options, err, told)
	}
}

// TestAFullDiskIsSaidAndMadeUpFor runs out of disk, then gets more of it.
func TestAFullDiskIsSaidAndMadeUpFor(t *testing.T) {
	root := mountDisk(t, "size=1200k")
	file := sweepFile(t, "small", "1", "{ first = 1, count = 8 }")
	exits(t, exitStorage, "", "run", file, "-p", root)
	wholeFiles(t, root, "small")
	remount(t, root, "size=100m")
	must(t, "run", file, "-p", root)
	if told := must(t, "verify", "-p", root); !strings.Contains(told, "small: 8 sound") {
		t.Errorf("verify says:\n%s", told)
	}
}

func TestAReadOnlyRoot(t *testing.T) {
	root := mountDisk(t, "size=50m")
	file := sweepFile(t, "small", "1", "[1]")
	must(t, "run", file, "-p", root)
	remount(t, root, "ro")
	exits(t, exitStorage, "read-only", "run", file, "-p", root, "--add-seeds", "2")
	// What only reads goes on.
	must(t, "plan", file, "-p", root)
	must(t, "show", "small", "-p", root)
	remount(t, root, "rw")
	must(t, "run", file, "-p", root, "--add-seeds", "2")
}

// TestUnreadableFolders are those of a root, and of a source. To the superuser
// nothing is unreadable, so it gives that power up.
func TestUnreadableFolders(t *testing.T) {
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(closed, 0); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "push.toml")
	text := "name = \"push\"\nexperiment = \"PERTURB\"\nsource = \"" + closed + "\"\nseeds = [1]\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		args []string
		code int
	}{
		"root":   {[]string{"run", sweepFile(t, "small", "1", "[1]"), "-p", closed}, exitStorage},
		"source": {[]string{"run", file, "-p", filepath.Join(t.TempDir(), "root")}, exitInput},
	} {
		command := append([]string{"eisweep"}, test.args...)
		if os.Geteuid() == 0 {
			command = append([]string{"setpriv", "--bounding-set", "-dac_override,-dac_read_search"}, command...)
		}
		cmd := exec.Command(command[0], command[1:]...)
		told, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil {
			t.Fatal(err)
		}
		if got := cmd.ProcessState.ExitCode(); got != test.code || !strings.Contains(string(told), closed) {
			t.Errorf("%s: exit code %d, want %d:\n%s", name, got, test.code, told)
		}
	}
}
