package main

import (
	"os"
	"path/filepath"
	"testing"

	"eisweep/cmd/eisweep/internal/cli"
)

// TestAFileInTheWayOfASweep has a file where a sweep's directory is to be made.
func TestAFileInTheWayOfASweep(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "small"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	exits(t, cli.ExitStorage, "a file is in the place of a directory", "run", sweepFile(t, "small", "1", "[1]"), "-p", root)
}
