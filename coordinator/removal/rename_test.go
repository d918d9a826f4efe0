package removal

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"eisweep/internal/control"
)

// TestRenameWithoutHardLinks has a file system that refuses them, with a number that otherwise means missing permission.
func TestRenameWithoutHardLinks(t *testing.T) {
	hardLink = func(from, to string) error { return &os.LinkError{Op: "link", Old: from, New: to, Err: syscall.EPERM} }
	t.Cleanup(func() { hardLink = os.Link })
	from := t.TempDir()
	if err := os.WriteFile(filepath.Join(from, "a.h5"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var refused *control.Refusal
	err := link(from, t.TempDir())
	if !errors.As(err, &refused) || refused.Kind != control.Input || !strings.Contains(err.Error(), "has none") {
		t.Errorf("the error is %v", err)
	}
}
