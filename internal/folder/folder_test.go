package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestSyncWantsAFolder(t *testing.T) {
	if err := Sync(t.TempDir()); err != nil {
		t.Error(err)
	}
	if err := Sync(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that isn't there: %v", err)
	}
}

func TestLiteralFitsItselfAlone(t *testing.T) {
	dir := t.TempDir()
	names := []string{`a*b`, `a[1]`, `a?`, `a\b`, `ab`, `a1`}
	for _, name := range names {
		if err := os.Mkdir(filepath.Join(dir, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		if found, err := filepath.Glob(Literal(path)); err != nil || !slices.Equal(found, []string{path}) {
			t.Errorf("%s: %q, %v", name, found, err)
		}
	}
}
