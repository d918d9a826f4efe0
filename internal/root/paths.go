package root

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"eisweep/internal/atomicfile"
	"eisweep/sweeps"
)

// ErrPathEscapes is wrapped by the errors of names that lead out of the root.
var ErrPathEscapes = errors.New("the path leads out of the root")

// SweepDir returns the directory of a sweep.
func (r *Root) SweepDir(sweep string) string { return filepath.Join(r.path, sweep) }

// Manifest returns the path of a sweep's manifest.
func (r *Root) Manifest(sweep string) string { return filepath.Join(r.path, sweep, "manifest.jsonl") }

// SweepFile returns the path of the latest launch of a sweep.
func (r *Root) SweepFile(sweep string) string { return filepath.Join(r.path, sweep, "sweep.toml") }

// Incoming returns the path of an attempt's result on its way to the coordinator.
func (r *Root) Incoming(id sweeps.ID, run int, token string) string {
	return r.Private("incoming", fmt.Sprintf("%s.%d.%s.h5", id, run, token))
}

// ParseAttempt reads the task and the first number in the name of an attempt's file: the run in that of a result or
// log, the attempt in that of a checkpoint. They are zero in other names.
func ParseAttempt(name string) (id sweeps.ID, first int) {
	parts := strings.Split(name, ".")
	id, err := sweeps.ParseID(parts[0])
	if err != nil || id == (sweeps.ID{}) || len(parts) < 2 {
		return sweeps.ID{}, 0
	}
	first, _ = strconv.Atoi(parts[1])
	return id, first
}

// Checkpoint returns the path of an attempt's checkpoint.
func (r *Root) Checkpoint(id sweeps.ID, token string) string {
	return r.Private("checkpoints", fmt.Sprintf("%s.%s", id, token))
}

// MaxLog is how many bytes of an attempt's log are read. A longer one cannot be read.
const MaxLog = 64 << 20

// Log returns the path of an attempt's log.
func (r *Root) Log(id sweeps.ID, run int, token string) string {
	return r.Private("logs", fmt.Sprintf("%s.%d.%s", id, run, token))
}

// Input returns the path of the copy of an outside file, by its SHA-256 in hex.
func (r *Root) Input(sha256 string) string { return r.Private("inputs", sha256+".h5") }

// Private returns the path of a name in the private directory.
func (r *Root) Private(names ...string) string {
	return filepath.Join(append([]string{r.path, private}, names...)...)
}

// DirectoryNumber is the inode number of the private directory. A copy of the root has another number, and hosts that share
// the root see the same one, unless their file system invents its numbers, as sshfs does.
func (r *Root) DirectoryNumber() (uint64, error) {
	var is unix.Stat_t
	if err := unix.Stat(r.Private(), &is); err != nil {
		return 0, &fs.PathError{Op: "stat", Path: r.Private(), Err: err}
	}
	return is.Ino, nil
}

// Relative returns path, which lies under the root, as messages name it: relative
// to the root, with slashes. The error wraps ErrPathEscapes when it lies elsewhere.
func (r *Root) Relative(path string) (string, error) {
	rel, err := filepath.Rel(r.path, path)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("name %s: %w", path, ErrPathEscapes)
	}
	return filepath.ToSlash(rel), nil
}

// OpenInput opens a file for reading by the path that a message gives, relative to the root. Absolute paths, ".." and
// links that lead out of the root are an error that wraps ErrPathEscapes, and anything but a regular file one that
// wraps atomicfile.ErrNotRegular. The file's directory is listed first: over NFS a name that was missing a moment ago
// otherwise stays missing.
func (r *Root) OpenInput(name string) (*os.File, error) {
	if !filepath.IsLocal(name) || path.Clean(name) != name {
		return nil, fmt.Errorf("open %q: %w", name, ErrPathEscapes)
	}
	dir, err := os.OpenRoot(r.path)
	if err != nil {
		return nil, fmt.Errorf("open root: %w", err)
	}
	defer dir.Close()
	if err := look(dir, path.Dir(name)); err != nil {
		return nil, openError(dir, name, err)
	}
	f, err := atomicfile.OpenIn(dir, name)
	if err != nil {
		return nil, openError(dir, name, err)
	}
	return f, nil
}

// openError distinguishes a name that leads out of the root from one that cannot be
// opened: os.Root refuses the former with an error that has no sentinel.
func openError(dir *os.Root, name string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) && path.Err.Error() == "path escapes from parent" {
		return fmt.Errorf("open %s: %w", filepath.Join(dir.Name(), name), ErrPathEscapes)
	}
	return fmt.Errorf("open %s: %w", filepath.Join(dir.Name(), name), err)
}

// look reads one entry of a directory, which makes an NFS client ask its server again.
func look(dir *os.Root, name string) error {
	f, err := dir.OpenFile(name, os.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.ReadDir(1); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}
