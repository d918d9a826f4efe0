package selection

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/coordinator/catalog"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// Directory is a sweep that is named by the path of its directory, such as a copy.
type Directory struct {
	Root *root.Root // the directory that holds it, which need not be a root
	Name string
}

// IsDirectory reports whether an argument is the path of a directory, and not the name of a sweep.
func IsDirectory(arg string) bool {
	if !strings.Contains(arg, "/") && arg != "." && arg != ".." {
		return false
	}
	info, err := os.Stat(arg)
	return err == nil && info.IsDir()
}

// OpenDirectory opens the directory of a sweep for reading. Everything that is needed of the sweep is in the directory, or in those
// beside it.
func OpenDirectory(path string) (*Directory, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, cli.Usagef("%s: %w", path, err)
	}
	name := filepath.Base(absolute)
	if !sweeps.IsName(name) {
		return nil, cli.Usagef("%s cannot be the directory of a sweep: rename it to the sweep's name, of a-z, 0-9, _ and -", absolute)
	}
	if _, err := os.Stat(filepath.Join(absolute, "manifest.jsonl")); err != nil {
		return nil, cli.Usagef("%s is not the directory of a sweep: it has no manifest.jsonl", absolute)
	}
	r, err := root.OpenToPlan(filepath.Dir(absolute))
	if err != nil {
		return nil, err
	}
	return &Directory{r, name}, nil
}

// Read reads the state of the sweep.
func (d *Directory) Read(ctx context.Context) (*catalog.SweepStatus, error) {
	prober, err := cli.NewProber()
	if err != nil {
		return nil, err
	}
	return catalog.ReadCopy(ctx, d.Root, prober, d.Name)
}
