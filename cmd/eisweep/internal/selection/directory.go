package selection

import (
	"context"
	"errors"
	"io/fs"
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
	Name string     // of the directory, which differs from the name of its sweep if it was renamed
}

// IsDirectory reports whether an argument is the path of a directory, and not the name of a sweep.
func IsDirectory(arg string) bool {
	if !strings.Contains(arg, "/") && arg != "." && arg != ".." {
		return false
	}
	info, err := os.Stat(arg)
	return err == nil && info.IsDir()
}

// OpenNamedDirectory is OpenDirectory for a directory whose name must be a valid name of a sweep.
func OpenNamedDirectory(path string) (*Directory, error) {
	d, err := OpenDirectory(path)
	if err == nil && !sweeps.IsName(d.Name) {
		return nil, cli.Usagef("%s cannot be the directory of a sweep: rename it to the sweep's name, of a-z, 0-9, _ and -", path)
	}
	return d, err
}

// OpenDirectory opens the directory of a sweep for reading, whatever it is called. Everything that is needed of the sweep is in the
// directory, or in those beside it.
func OpenDirectory(path string) (*Directory, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, cli.Usagef("%s: %w", path, err)
	}
	if _, err := os.Stat(filepath.Join(absolute, "manifest.jsonl")); err != nil {
		return nil, cli.Usagef("%s is not the directory of a sweep: it has no manifest.jsonl", absolute)
	}
	r, err := root.OpenToPlan(filepath.Dir(absolute))
	if err != nil {
		return nil, err
	}
	return &Directory{r, filepath.Base(absolute)}, nil
}

// Read reads the state of the sweep. A note says if it has to do without the latest launch.
func (d *Directory) Read(ctx context.Context, e *cli.Env) (*catalog.SweepStatus, error) {
	prober, err := cli.NewProber()
	if err != nil {
		return nil, err
	}
	status, err := catalog.ReadCopy(ctx, d.Root, prober, d.Name)
	if err == nil && status.ByManifest != nil {
		NoteByManifest(e, d.Root.SweepDir(d.Name), status.ByManifest)
	}
	if errors.Is(err, catalog.ErrNoResults) {
		err = cli.Usagef("%w", err)
	}
	return status, err
}

// NoteByManifest says why the tasks of a directory are all those of its manifest, instead of those of its latest launch.
func NoteByManifest(e *cli.Env, dir string, why error) {
	const counted = "every task of its manifest counts, including tasks that the latest launch no longer has"
	if _, err := os.Lstat(filepath.Join(dir, "sweep.toml")); errors.Is(err, fs.ErrNotExist) {
		e.Notef("%s has no sweep.toml: %s", dir, counted)
		return
	}
	e.Notef("%s: its sweep.toml cannot be used (%s): %s", dir, cli.FirstLine(why.Error()), counted)
}
