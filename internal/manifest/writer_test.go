package manifest

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"eisweep/internal/atomicfile"
	"eisweep/sweeps"
)

// TestAManifestThatAnotherChanged has something else write to a manifest, cut, move or replace it between two lines:
// no line is overwritten, none is written where nobody finds it, and opened anew it takes lines again.
func TestAManifestThatAnotherChanged(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, path string)
		want   []sweeps.ID
	}{
		"a second writer": {func(t *testing.T, path string) { add(t, path, doneLine(9)) }, []sweeps.ID{{1}, {2}, {9}, {3}}},
		"emptied": {func(t *testing.T, path string) {
			if err := os.Truncate(path, 0); err != nil {
				t.Fatal(err)
			}
		}, []sweeps.ID{{3}}},
		"cut in a line": {func(t *testing.T, path string) {
			info, err := os.Stat(path)
			if err == nil {
				err = os.Truncate(path, info.Size()-10)
			}
			if err != nil {
				t.Fatal(err)
			}
		}, []sweeps.ID{{1}, {3}}},
		"moved": {func(t *testing.T, path string) {
			if err := os.Rename(path, path+".moved"); err != nil {
				t.Fatal(err)
			}
		}, []sweeps.ID{{3}}},
		"replaced by a copy": {func(t *testing.T, path string) {
			text, err := os.ReadFile(path)
			if err == nil {
				err = os.Remove(path)
			}
			if err == nil {
				err = os.WriteFile(path, text, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}, []sweeps.ID{{1}, {2}, {3}}},
	} {
		path := filepath.Join(t.TempDir(), "manifest.jsonl")
		m := open(t, path)
		if err := m.Append(doneLine(1), doneLine(2)); err != nil {
			t.Fatal(err)
		}
		c.change(t, path)
		if m.InPlace() {
			t.Errorf("%s: it is taken for unchanged", name)
		}
		if err := m.Append(doneLine(3)); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v", name, err)
		}
		add(t, path, doneLine(3))
		lines, err := read(path)
		if ids := lineIDs(lines); err != nil || !slices.Equal(ids, c.want) {
			t.Errorf("%s: lines of %v (%v), want %v", name, ids, err, c.want)
		}
	}
}

// TestOnlyFilesAreManifests has something else in a manifest's place: nothing waits for it, or follows it.
func TestOnlyFilesAreManifests(t *testing.T) {
	for kind, plant := range map[string]func(path string) error{
		"FIFO":      func(path string) error { return unix.Mkfifo(path, 0o600) },
		"directory": func(path string) error { return os.Mkdir(path, 0o700) },
		"link":      func(path string) error { return os.Symlink(path+".elsewhere", path) },
	} {
		path := filepath.Join(t.TempDir(), "manifest.jsonl")
		if err := plant(path); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			if _, err := Open(path); !errors.Is(err, atomicfile.ErrNotRegular) {
				t.Errorf("%s: opened: %v", kind, err)
			}
			if _, err := read(path); !errors.Is(err, atomicfile.ErrNotRegular) {
				t.Errorf("%s: read: %v", kind, err)
			}
			for _, err := range ReadBriefs(path, 0) {
				if !errors.Is(err, atomicfile.ErrNotRegular) {
					t.Errorf("%s: read in brief: %v", kind, err)
				}
			}
			if _, _, err := Repair(path); !errors.Is(err, atomicfile.ErrNotRegular) {
				t.Errorf("%s: mended: %v", kind, err)
			}
		}()
		select {
		case <-done:
		case <-time.After(30 * time.Second):
			t.Fatalf("%s: it is waited for", kind)
		}
	}
}

// TestMendingFollowsNoLink has a link under the name that a manifest once was written under before it got its own.
func TestMendingFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	path, victim := filepath.Join(dir, "manifest.jsonl"), filepath.Join(dir, "victim")
	add(t, path, doneLine(1))
	for name, text := range map[string]string{path: "garbage\n", victim: "precious"} {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err == nil {
			_, err = f.WriteString(text)
		}
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{path + ".being-written", filepath.Join(dir, "manifest.damaged.1.jsonl")} {
		if err := os.Symlink(victim, name); err != nil {
			t.Fatal(err)
		}
	}
	kept, damage, err := Repair(path)
	if err != nil || damage == nil || filepath.Base(kept) != "manifest.damaged.2.jsonl" {
		t.Errorf("kept %s, damage %v, error %v", kept, damage, err)
	}
	if text, err := os.ReadFile(victim); err != nil || string(text) != "precious" {
		t.Errorf("a file behind a link: %q, %v", text, err)
	}
}

// TestOnlyTheOwnerMayChangeAManifest has a user whose umask lets the group write.
func TestOnlyTheOwnerMayChangeAManifest(t *testing.T) {
	before := unix.Umask(0)
	defer unix.Umask(before)
	dir := t.TempDir()
	add(t, filepath.Join(dir, "manifest.jsonl"), doneLine(1))
	info, err := os.Stat(filepath.Join(dir, "manifest.jsonl"))
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("it has mode %v, %v", info.Mode(), err)
	}
}
