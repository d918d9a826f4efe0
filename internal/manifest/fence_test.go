package manifest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"eisweep/internal/atomicfile"
	"eisweep/sweeps"
)

// TestALateWriteGoesToTheOldInode has an owner open a manifest, and the next one fence it and write to it, before the
// first one's line arrives: at the place in the file that it chose before, as over NFS.
func TestALateWriteGoesToTheOldInode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "manifest.jsonl")
	first := open(t, path)
	if err := first.Append(doneLine(1)); err != nil {
		t.Fatal(err)
	}
	late, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Chmod(path, 0o640), Fence(path)); err != nil {
		t.Fatal(err)
	}
	second := open(t, path)
	if err := second.Append(doneLine(2), doneLine(3)); err != nil {
		t.Fatal(err)
	}
	text, err := encodeLines([]Line{doneLine(9)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := late.WriteAt(text, first.size); err != nil {
		t.Fatal(err)
	}
	if err := first.Append(doneLine(9)); !errors.Is(err, ErrChanged) {
		t.Errorf("the first one appends: %v", err)
	}
	if err := second.Append(doneLine(4)); err != nil {
		t.Errorf("the second one appends: %v", err)
	}
	if lines, err := read(path); err != nil || !slices.Equal(lineIDs(lines), []sweeps.ID{{1}, {2}, {3}, {4}}) {
		t.Errorf("lines of %v: %v", lineIDs(lines), err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
}

func TestWhatCannotBeFenced(t *testing.T) {
	dir := t.TempDir()
	if err := Fence(filepath.Join(dir, "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing one: %v", err)
	}
	if err := Fence(dir); !errors.Is(err, atomicfile.ErrNotRegular) {
		t.Errorf("a directory: %v", err)
	}
}

// TestATornLineIsNotCopied fences a manifest whose last line arrived in part.
func TestATornLineIsNotCopied(t *testing.T) {
	path := filepath.Join(t.TempDir(), "manifest.jsonl")
	w := open(t, path)
	if err := w.Append(doneLine(1), doneLine(2)); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, w.size-5); err != nil {
		t.Fatal(err)
	}
	if err := Fence(path); err != nil {
		t.Fatal(err)
	}
	if lines, err := read(path); err != nil || !slices.Equal(lineIDs(lines), []sweeps.ID{{1}}) {
		t.Errorf("lines of %v: %v", lineIDs(lines), err)
	}
}
