package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
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
	file := sweepFile(t, "small", "1", "{ first = 1, count = 24 }")
	exits(t, cli.ExitStorage, "", "run", file, "-p", root)
	wholeFiles(t, root, "small")
	eventsOfAFullDisk(t, root)
	remount(t, root, "size=100m")
	must(t, "run", file, "-p", root)
	if told := must(t, "verify", "-p", root); !strings.Contains(told, "small: 24 intact") {
		t.Errorf("verify says:\n%s", told)
	}
}

func TestAReadOnlyRoot(t *testing.T) {
	root := mountDisk(t, "size=50m")
	file := sweepFile(t, "small", "1", "[1]")
	must(t, "run", file, "-p", root)
	remount(t, root, "ro")
	exits(t, cli.ExitStorage, "read-only", "run", file, "-p", root, "--add-seeds", "2")
	// Commands that only read still work.
	for _, command := range [][]string{{"plan", file}, {"show", "small"}, {"status"}, {"tasks", "small"}, {"explain", "small"}} {
		must(t, append(command, "-p", root)...)
	}
	if told := must(t, "verify", "-p", root); !strings.Contains(told, "small: 1 intact") || !strings.Contains(told, "it is only read") {
		t.Errorf("verify says:\n%s", told)
	}
	remount(t, root, "rw")
	must(t, "run", file, "-p", root, "--add-seeds", "2")
}

// TestVerifyReadsAnothersRoot is of a user who may read a root, and not work in it. A
// result without a line is reported, and gets none.
func TestVerifyReadsAnothersRoot(t *testing.T) {
	root := t.TempDir()
	must(t, "run", sweepFile(t, "small", "1", "[1, 2]"), "-p", root)
	manifest := filepath.Join(root, "small", "manifest.jsonl")
	lines, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(manifest, lines[:bytes.IndexByte(lines, '\n')+1], 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(root, 0o555); err != nil {
		t.Fatal(err)
	}
	said, code := powerless(t, "verify", "-p", root)
	if code != cli.ExitStorage || !strings.Contains(said, "unrecorded: ") || !strings.Contains(said, "small: 1 intact, 1 problem") {
		t.Errorf("exit code %d:\n%s", code, said)
	}
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	if told := must(t, "verify", "-p", root); !strings.Contains(told, "small: 1 intact, 1 restored to the manifest") {
		t.Errorf("who may write it is told:\n%s", told)
	}
}

// powerless runs the program as one for whom permissions count, which is not so for the
// superuser unless that gives the power up.
func powerless(t *testing.T, args ...string) (said string, code int) {
	t.Helper()
	command := append([]string{"eisweep"}, args...)
	if os.Geteuid() == 0 {
		command = append([]string{"setpriv", "--bounding-set", "-dac_override,-dac_read_search"}, command...)
	}
	cmd := exec.Command(command[0], command[1:]...)
	told, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(told), cmd.ProcessState.ExitCode()
}

// TestUnreadableFolders are those of a root, and of a source.
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
		"root":   {[]string{"run", sweepFile(t, "small", "1", "[1]"), "-p", closed}, cli.ExitStorage},
		"source": {[]string{"run", file, "-p", filepath.Join(t.TempDir(), "root")}, cli.ExitInput},
	} {
		if said, code := powerless(t, test.args...); code != test.code || !strings.Contains(said, closed) {
			t.Errorf("%s: exit code %d, want %d:\n%s", name, code, test.code, said)
		}
	}
}

// TestALockThatCannotBeReadIsNotFree: nobody says that no coordinator runs. Who may not read the lock, as members of a
// group that shares the root, gets the state from the directory.
func TestALockThatCannotBeReadIsNotFree(t *testing.T) {
	small := sweepFile(t, "small", "1", "[1]")
	for name, test := range map[string]struct {
		spoil func(lock string) error
		code  int
	}{
		"closed":   {func(lock string) error { return os.Chmod(lock, 0) }, cli.ExitOK},
		"a folder": {func(lock string) error { return errors.Join(os.Remove(lock), os.Mkdir(lock, 0o700)) }, cli.ExitStorage},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			must(t, "run", small, "-p", root)
			lock := filepath.Join(root, ".eisweep", "lock")
			if err := test.spoil(lock); err != nil {
				t.Fatal(err)
			}
			for _, command := range [][]string{{"status"}, {"status", "small"}} {
				said, code := powerless(t, append(command, "-p", root)...)
				if code != test.code || !strings.Contains(said, lock) || !strings.Contains(said, "is unknown") ||
					strings.Contains(said, "no coordinator runs") || !strings.Contains(said, "1 done") {
					t.Errorf("%v: exit code %d:\n%s", command, code, said)
				}
			}
			if said, code := powerless(t, "watch", "small", "-p", root); code == cli.ExitOK || strings.Contains(said, "no coordinator runs") ||
				!strings.Contains(said, lock) {
				t.Errorf("watch: exit code %d:\n%s", code, said)
			}
		})
	}
}

// TestAnUnreadableSweepIsNotAbsent makes the directory of one of two sweeps unreadable, or replaces it by
// a dangling link: commands that need it, or list the root, report its path.
func TestAnUnreadableSweepIsNotAbsent(t *testing.T) {
	small, other := sweepFile(t, "small", "1", "[1]"), sweepFile(t, "other", "1", "[7]")
	for name, close := range map[string]func(dir string) error{
		"closed": func(dir string) error { return os.Chmod(dir, 0) },
		"a circle of links": func(dir string) error {
			return errors.Join(os.Rename(dir, filepath.Join(t.TempDir(), "away")), os.Symlink(filepath.Base(dir), dir))
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			must(t, "run", small, other, "-p", root)
			dir := filepath.Join(root, "small")
			if err := close(dir); err != nil {
				t.Fatal(err)
			}
			for _, command := range [][]string{{"verify"}, {"verify", "small"}, {"status"}, {"status", "small"}, {"show", "small"}, {"tasks",
				"small"}, {"show", "t00"},
				{"show", "small/results~seed=1.h5"}, {"explain", "small"}, {"clean", "small"}, {"plan", small}, {"run", small}, {"run", small, other},
				{"rerun", "small", "--failed"}} {
				if said, code := powerless(
					t,
					append(command, "-p", root)...); code != cli.ExitStorage || !strings.Contains(said, dir) ||
					!strings.Contains(said, "remedy") {
					t.Errorf("%v: exit code %d:\n%s", command, code, said)
				}
			}
			if said, _ := powerless(t, "verify", "-p", root); !strings.Contains(said, "other: 1 intact") {
				t.Errorf("verify says of the other:\n%s", said)
			}
			for _, command := range [][]string{{"verify", "other"}, {"status", "other"}, {"show", "other"}, {"clean", "other"}, {"plan", other},
				{"run", other}} {
				if said, code := powerless(t, append(command, "-p", root)...); code != cli.ExitOK {
					t.Errorf("%v: exit code %d:\n%s", command, code, said)
				}
			}
		})
	}
}
