package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestSyncDirWantsADirectory(t *testing.T) {
	if err := SyncDir(t.TempDir()); err != nil {
		t.Error(err)
	}
	if err := SyncDir(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory that isn't there: %v", err)
	}
}

func TestGlobLiteralMatchesItselfAlone(t *testing.T) {
	dir := t.TempDir()
	names := []string{`a*b`, `a[1]`, `a?`, `a\b`, `ab`, `a1`}
	for _, name := range names {
		if err := os.Mkdir(filepath.Join(dir, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		if found, err := filepath.Glob(GlobLiteral(path)); err != nil || !slices.Equal(found, []string{path}) {
			t.Errorf("%s: %q, %v", name, found, err)
		}
	}
}
