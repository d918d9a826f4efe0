package placement

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestAFileThatCannotBeMovedAside has names that are too long: whether they are free cannot be found out, and the next ones are no better.
func TestAFileThatCannotBeMovedAside(t *testing.T) {
	dir := t.TempDir()
	err := errors.Join(os.Mkdir(filepath.Join(dir, "superseded"), 0o755), os.WriteFile(filepath.Join(dir, "a.h5"), nil, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	if name, err := moveAside(dir, "a.h5", strings.Repeat("x", 300)); !errors.Is(err, syscall.ENAMETOOLONG) {
		t.Errorf("moved to %q; %v", name, err)
	}
}
